//! `bench index`: our index beside nginx with the same bytes, pypiserver and devpi, in one run:
//! pages, files, uploads, starting and many projects.
//!
//! Everything is on loopback, the client included, and shares the processors with the server. The
//! sets are written to a temporary folder in memory (`/dev/shm`), uploads also to the disk.

mod load;
mod servers;

use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use tilsit_testing::TestDistribution;
use tilsit_testing::http::{Answer, FORM, Form, basic, request};

use super::measuring::{median, remove};
use crate::process::{cargo, root, run, say};
use servers::Server;

/// Projects and how many files each has.
const PROJECTS: [(&str, usize); 3] = [("one", 1), ("fifty", 50), ("many", 500)];
/// The forms of a page: the word in the table, and what is asked for.
const FORMS: [(&str, &str); 2] = [
    ("HTML", "text/html"),
    ("JSON", "application/vnd.pypi.simple.v1+json"),
];
/// The size of the large file that is downloaded.
const LARGE_BYTES: usize = 10 << 20;
/// How many uploads are timed: of quick servers, and of devpi.
const UPLOADS: usize = 200;
const UPLOADS_OF_DEVPI: usize = 20;
/// How many projects the synthetic indexes have.
const FEW_PROJECTS: u64 = 1_000;
const MANY_PROJECTS: u64 = 100_000;

/// Where things are, and how long each load lasts.
struct Bench {
    program: PathBuf,
    memory: PathBuf,
    disk: PathBuf,
    seconds: u32,
    rounds: usize,
}

/// Compares, and prints the rows; words name parts: `pages`, `files`, `uploads`, `starting`.
///
/// # Errors
/// When a server or a tool is missing or fails.
pub(crate) fn compare(words: &[&str]) -> Result<()> {
    let mut bench = Bench {
        program: root().join("target/release/tilsit"),
        memory: PathBuf::from("/dev/shm/tilsit-bench-index"),
        disk: root().join("target/bench/index-server"),
        seconds: 2,
        rounds: 3,
    };
    let mut parts = Vec::new();
    for word in words {
        if let Some(path) = word.strip_prefix("--program=") {
            bench.program = path.into();
        } else if let Some(seconds) = word.strip_prefix("--seconds=") {
            bench.seconds = seconds.parse()?;
        } else if ["pages", "files", "uploads", "starting"].contains(word) {
            parts.push(*word);
        } else {
            bail!(
                "bench index [pages|files|uploads|starting]... [--program=PATH] [--seconds=COUNT]"
            );
        }
    }
    let wanted = |part: &str| parts.is_empty() || parts.contains(&part);
    bench.program = bench.program.canonicalize()?;
    for folder in [&bench.memory, &bench.disk] {
        remove(folder)?;
        fs::create_dir_all(folder)?;
    }
    if wanted("pages") || wanted("files") {
        bench.reading(wanted("pages"), wanted("files"))?;
    }
    if wanted("uploads") {
        bench.uploads()?;
    }
    if wanted("starting") {
        bench.starting()?;
    }
    remove(&bench.memory)?;
    remove(&bench.disk)
}

impl Bench {
    fn peers(&self) -> Result<PathBuf> {
        servers::peers(&self.program, &root().join("target/bench/index-peers"))
    }

    /// Pages and files, each from every server that has it.
    fn reading(&self, pages: bool, files: bool) -> Result<()> {
        let bin = self.peers()?;
        let data = self.memory.join("ours");
        let token = servers::token(&self.program, &data)?;
        let ours = servers::ours(&self.program, &data)?;
        let packages = self.memory.join("packages");
        fs::create_dir_all(&packages)?;
        let devpi = servers::devpi(&bin, &self.memory.join("devpi"))?;
        for (name, count) in PROJECTS {
            for number in 0..count {
                let wheel = small(name, number);
                let form = Form::wheel(&wheel);
                fs::write(packages.join(&form.file_name), &form.content)?;
                upload(ours.address, "/legacy/", "__token__", &token, &form)?;
                upload(devpi.address, "/bench/wheels/", "bench", "bench", &form)?;
            }
        }
        let large = large();
        fs::write(packages.join(&large.file_name), &large.content)?;
        upload(ours.address, "/legacy/", "__token__", &token, &large)?;
        let pypiserver = servers::pypiserver(&bin, &packages)?;
        let tree = self.memory.join("tree");
        let small_file = copy_to(&tree, &ours)?;
        let nginx = servers::nginx(&tree, &self.memory.join("nginx"))?;
        if pages {
            self.pages(&ours, &nginx, &pypiserver, &devpi)?;
        }
        if files {
            let large_file = file_path(&ours, "large")?;
            self.files(&ours, &nginx, [&small_file, &large_file])?;
        }
        Ok(())
    }

    fn pages(
        &self,
        ours: &Server,
        nginx: &Server,
        pypiserver: &Server,
        devpi: &Server,
    ) -> Result<()> {
        say(
            "\n| page | tilsit | nginx | ratio (aim 0.7) | pypiserver | times (aim 100) | devpi | times (aim 100) |",
        );
        say("|---|---|---|---|---|---|---|---|");
        for (name, count) in PROJECTS {
            for (form, accept) in FORMS {
                let path = format!("/simple/{name}/");
                let devpi_path = format!("/bench/wheels/+simple/{name}/");
                let [ours, nginx] = self.in_turn([(ours, &path), (nginx, &path)], accept)?;
                let [pypiserver, devpi] =
                    self.in_turn([(pypiserver, &path), (devpi, &devpi_path)], accept)?;
                say(format_args!(
                    "| {count} files, {form} | {ours:.0}/s | {nginx:.0}/s | **{:.2}** | \
                     {pypiserver:.1}/s | {:.0} | {devpi:.1}/s | {:.0} |",
                    ours / nginx,
                    ours / pypiserver,
                    ours / devpi
                ));
            }
        }
        Ok(())
    }

    fn files(&self, ours: &Server, nginx: &Server, paths: [&str; 2]) -> Result<()> {
        say("\n| file | tilsit | nginx | ratio (aim 0.8) |\n|---|---|---|---|");
        for (words, path) in ["small wheel", "10 MiB"].into_iter().zip(paths) {
            let [ours, nginx] = self.in_turn([(ours, path), (nginx, path)], "*/*")?;
            say(format_args!(
                "| {words} | {ours:.0}/s | {nginx:.0}/s | **{:.2}** |",
                ours / nginx
            ));
        }
        Ok(())
    }

    /// The median rates of two servers that are put under load in turn.
    fn in_turn(&self, sides: [(&Server, &str); 2], accept: &str) -> Result<[f64; 2]> {
        let mut rates = [Vec::new(), Vec::new()];
        for _ in 0..self.rounds {
            for (rates, (server, path)) in rates.iter_mut().zip(sides) {
                let url = format!("http://{}{path}", server.address);
                rates.push(load::requests_per_second(&url, accept, self.seconds)?);
            }
        }
        Ok(rates.map(median))
    }

    /// Uploads one after the other, each on a connection of its own.
    fn uploads(&self) -> Result<()> {
        let bin = self.peers()?;
        say("\n| upload of a small wheel | median | rate |\n|---|---|---|");
        let row = |words: &str, times: &[f64]| {
            let count: f64 = times.iter().map(|_| 1.0).sum();
            let rate = 1e3 * count / times.iter().sum::<f64>();
            let middle = median(times.to_vec());
            say(format_args!("| {words} | {middle:.2} ms | {rate:.1}/s |"));
            (middle, rate)
        };
        let (mut ours, mut fsync) = (Vec::new(), 0.0);
        for (words, folder) in [
            ("tilsit, in memory", &self.memory),
            ("tilsit, on disk", &self.disk),
        ] {
            let data = folder.join("uploads");
            let token = servers::token(&self.program, &data)?;
            let server = servers::ours(&self.program, &data)?;
            let credentials = ["__token__", &*token];
            let (times, fsyncs) =
                timed_uploads((server.address, "/legacy/"), credentials, UPLOADS, folder)?;
            ours.push(row(words, &times));
            fsync = median(fsyncs);
        }
        let packages = self.memory.join("uploaded");
        fs::create_dir_all(&packages)?;
        let server = servers::pypiserver(&bin, &packages)?;
        let (times, _) = timed_uploads((server.address, "/"), ["a", "b"], UPLOADS, &self.memory)?;
        let (pypiserver, _) = row("pypiserver, in memory", &times);
        let server = servers::devpi(&bin, &self.memory.join("devpi-uploads"))?;
        let login = ["bench", "bench"];
        let target = (server.address, "/bench/wheels/");
        let (times, _) = timed_uploads(target, login, UPLOADS_OF_DEVPI, &self.memory)?;
        let (_, devpi) = row("devpi, in memory", &times);
        say(format_args!(
            "\none fsync of 4 KiB on the disk: {fsync:.2} ms; on disk {:.1} times that (aim 3); in \
             memory {:.2} ms (aim 2.5), {:.2} of pypiserver's (aim below 1), {:.0} times devpi's rate \
             (aim 40)",
            ours[1].0 / fsync,
            ours[0].0,
            ours[0].0 / pypiserver,
            ours[0].1 / devpi
        ));
        Ok(())
    }

    /// Starting, and pages with few and many projects.
    fn starting(&self) -> Result<()> {
        let empty = self.memory.join("empty");
        servers::token(&self.program, &empty)?;
        let starts = (0..self.rounds * 3).map(|_| {
            let server = servers::ours(&self.program, &empty)?;
            Ok(server.start.as_secs_f64() * 1e3)
        });
        let start = median(starts.collect::<Result<Vec<f64>>>()?);
        say(format_args!(
            "\nstart of an empty index: {start:.0} ms (aim 50)"
        ));
        let mut latencies = Vec::new();
        for projects in [FEW_PROJECTS, MANY_PROJECTS] {
            let data = self.memory.join(format!("projects-{projects}"));
            run(
                cargo(["run", "--quiet", "--release", "-p", "tilsit-index-store"])
                    .args(["--example", "fill", "--"])
                    .arg(&data)
                    .arg(projects.to_string()),
            )?;
            // The first start makes the search index; what is timed is the one after it.
            let server = servers::ours(&self.program, &data)?;
            let followed = until_found(&server, projects)?;
            drop(server);
            let server = servers::ours(&self.program, &data)?;
            let begun = Instant::now();
            let list = get(&server, "/simple/", "application/vnd.pypi.simple.v1+json")?;
            let list_ms = begun.elapsed().as_secs_f64() * 1e3;
            let listed = list.json()["projects"].as_array().map_or(0, Vec::len);
            ensure!(listed as u64 == projects, "{listed} projects are listed");
            let times = (0..1000).map(|number| {
                let name = (number * 7919) % projects;
                let begun = Instant::now();
                let path = format!("/simple/synthetic-{name:06}/");
                let answer = request(server.address, "GET", &path, &[], b"");
                ensure!(answer.status == 200, "{path}: {}", answer.text());
                Ok(begun.elapsed().as_secs_f64() * 1e3)
            });
            let latency = median(times.collect::<Result<Vec<f64>>>()?);
            latencies.push(latency);
            let resident = server.resident_bytes()? >> 20;
            say(format_args!(
                "{projects} projects: start {:.0} ms (aim 300), the first list of all {list_ms:.0} ms, a \
                 page each of 1,000 projects {latency:.2} ms, resident {resident} MiB (aim 100); search index made in {:.1} s",
                server.start.as_secs_f64() * 1e3,
                followed.as_secs_f64()
            ));
        }
        say(format_args!(
            "page latency with {MANY_PROJECTS} projects over that with {FEW_PROJECTS}: {:.2}",
            latencies[1] / latencies[0]
        ));
        Ok(())
    }
}

/// Waits until the search knows all projects.
fn until_found(server: &Server, projects: u64) -> Result<Duration> {
    let begun = Instant::now();
    let path = "/search/?q=synthetic";
    loop {
        let headers = [("Accept", "application/json")];
        let answer = request(server.address, "GET", path, &headers, b"");
        if answer.json()["count"].as_u64() >= Some(projects) {
            return Ok(begun.elapsed());
        }
        ensure!(
            begun.elapsed() < Duration::from_mins(5),
            "the search does not follow"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// A small wheel: another version of a project.
fn small(name: &str, number: usize) -> TestDistribution {
    TestDistribution::new(name, &format!("1.{number}"))
        .header("Requires-Python: >=3.9")
        .file(
            &format!("{name}/__init__.py"),
            format!("VALUE = {number}\n").as_bytes(),
        )
}

/// A wheel that holds bytes which do not compress.
fn large() -> Form {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(LARGE_BYTES);
    while bytes.len() < LARGE_BYTES {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    Form::wheel(&TestDistribution::new("large", "1.0").file("large/data.bin", &bytes))
}

fn upload(address: SocketAddr, path: &str, user: &str, password: &str, form: &Form) -> Result<()> {
    let authorization = basic(user, password);
    let headers = [
        ("Content-Type", FORM),
        ("Authorization", authorization.as_str()),
    ];
    let answer = request(address, "POST", path, &headers, &form.body());
    let refused = || format!("{}: {}", form.file_name, answer.text());
    ensure!(answer.status < 300, "{}", refused());
    Ok(())
}

/// The times of uploads of another project's files each, in milliseconds, and of an fsync in `folder`
/// before each: a disk takes very different times from one minute to the next.
fn timed_uploads(
    (address, path): (SocketAddr, &str),
    [user, password]: [&str; 2],
    count: usize,
    folder: &Path,
) -> Result<(Vec<f64>, Vec<f64>)> {
    let times = (0..count).map(|number| {
        let fsync = fsync_ms(&folder.join(format!("fsync-{number}")))?;
        let form = Form::wheel(&small(&format!("upload-{number}"), 0));
        let begun = Instant::now();
        upload(address, path, user, password, &form)?;
        Ok((begun.elapsed().as_secs_f64() * 1e3, fsync))
    });
    let pairs = times.collect::<Result<Vec<_>>>()?;
    Ok(pairs.into_iter().unzip())
}

/// The time to write 4 KiB to a new file and have it on the disk.
fn fsync_ms(path: &Path) -> Result<f64> {
    let mut file = fs::File::create(path)?;
    let begun = Instant::now();
    file.write_all(&[7; 4096])?;
    file.sync_all()?;
    Ok(begun.elapsed().as_secs_f64() * 1e3)
}

/// Writes the pages of our server, and the files of two projects, as a tree for nginx; gives the path
/// of the small file.
fn copy_to(tree: &Path, ours: &Server) -> Result<String> {
    for (name, _) in PROJECTS {
        let folder = tree.join("simple").join(name);
        fs::create_dir_all(&folder)?;
        for (form, accept) in FORMS {
            let answer = get(ours, &format!("/simple/{name}/"), accept)?;
            fs::write(
                folder.join(format!("index.{}", form.to_lowercase())),
                answer.body,
            )?;
        }
    }
    for name in ["one", "large"] {
        let path = file_path(ours, name)?;
        let place = tree.join(path.trim_start_matches('/'));
        fs::create_dir_all(place.parent().expect("a file's path has folders"))?;
        fs::write(place, get(ours, &path, "*/*")?.body)?;
    }
    file_path(ours, "one")
}

/// The path of a project's first file.
fn file_path(ours: &Server, name: &str) -> Result<String> {
    let page = get(ours, &format!("/simple/{name}/"), FORMS[1].1)?.json();
    let url = page["files"][0]["url"].as_str().unwrap_or_default();
    let path = url.trim_start_matches("../").to_owned();
    ensure!(
        url.starts_with("../../"),
        "`{url}` is not relative to its page"
    );
    Ok(format!("/{path}"))
}

fn get(server: &Server, path: &str, accept: &str) -> Result<Answer> {
    let answer = request(server.address, "GET", path, &[("Accept", accept)], b"");
    ensure!(answer.status == 200, "{path}: {}", answer.text());
    Ok(answer)
}
