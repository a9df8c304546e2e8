//! Behind a real nginx that ends TLS and serves the index below a path: addresses, cookies, redirects
//! and limits follow; pip installs and twine uploads through it.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tilsit_testing::TestDistribution;

use crate::clients::session::{Session, run_well};
use crate::http::Form;
use crate::support::{TestIndex, on_both_databases};

on_both_databases!(
    below_a_path_that_the_proxy_takes_off,
    below_a_path_that_the_proxy_leaves,
    the_operator_s_address_needs_no_trusted_proxy,
);

/// A proxy that takes the path off and says so.
fn below_a_path_that_the_proxy_takes_off(index: &mut TestIndex) {
    index.serve_with(|options| options.proxies.networks = vec!["127.0.0.1".parse().unwrap()]);
    let Some(proxy) = Proxy::start(index, "/pypi", "/") else {
        return;
    };
    use_it(index, &proxy);
    // Who asks is the client behind the proxy: here it is this machine all the same.
    let events = index.events.lock().unwrap();
    assert!(events.iter().all(|event| {
        let client = &event.to_json()["client"];
        client.is_null() || client == "127.0.0.1"
    }));
}

/// A proxy that leaves the path, in front of an index that is told its path and address.
fn below_a_path_that_the_proxy_leaves(index: &mut TestIndex) {
    let port = free_port();
    index.serve_with(|options| {
        options.public_url = Some(format!("https://localhost:{port}/a/pypi"));
        options.root_path = Some("/a/pypi/".to_owned());
    });
    let Some(proxy) = Proxy::start_at(port, index, "/a/pypi", "/a/pypi/") else {
        return;
    };
    use_it(index, &proxy);
}

/// What headers say does not count where the operator says where the index is.
fn the_operator_s_address_needs_no_trusted_proxy(index: &mut TestIndex) {
    index.serve_with(|options| {
        options.public_url = Some("https://index.example/pypi/".to_owned());
        options.proxies.networks = vec!["127.0.0.1".parse().unwrap()];
    });
    let headers = [
        ("X-Forwarded-For", "192.0.2.1"),
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Prefix", "/evil"),
    ];
    let page = index.get("/", &headers).text();
    assert!(
        page.contains("https://index.example/pypi/simple/"),
        "{page}"
    );
    assert!(!page.contains("evil"), "{page}");
    // Nobody trusted says so: the request's own host counts, and no prefix.
    index.serve();
    let page = index.get("/", &headers).text();
    assert!(
        page.contains(&format!("http://{}/simple/", index.address)),
        "{page}"
    );
    assert!(!page.contains("evil"), "{page}");
}

/// A person in a browser, and a program that reads what addresses it is given.
const BROWSER: &str = r#"
import re, sys, requests
base, authority = sys.argv[1:]
origin = "/".join(base.split("/")[:3])
session = requests.Session()
session.verify, session.trust_env = authority, False
sent = {"user": "alice", "password": "alice's password"}
evil = session.post(base + "account/login/", data=sent, headers={"Origin": "https://evil.example"})
assert evil.status_code == 403, evil.status_code
# Who is not signed in comes back to where they were.
asked = session.get(base + "account/")
assert asked.url.startswith(base + "account/login/?next="), asked.url
sent["next"] = "account/"
answer = session.post(base + "account/login/", data=sent, headers={"Origin": origin})
assert (answer.status_code, answer.url) == (200, base + "account/"), (answer.status_code, answer.url)
(cookie,) = session.cookies
assert cookie.secure and cookie.path == base[len(origin):], cookie
assert "alice" in answer.text
proof = re.search('name="proof" value="([^"]+)"', answer.text)[1]
made = session.post(base + "account/token/", data={"proof": proof, "description": "x"}, headers={"Origin": origin})
assert made.status_code == 200, made.text
print(re.search("tlst-[A-Za-z0-9_-]+", made.text)[0])
home = session.get(base).text
assert base + "simple/" in home, home
moved = session.get(base + "simple/Demo/")
assert moved.url == base + "simple/demo/", moved.url
style = re.search('rel="stylesheet" href="([^"]+)"', session.get(base + "no/such/page", headers={"Accept": "text/html"}).text)[1]
assert session.get(requests.compat.urljoin(base + "no/such/page", style)).status_code == 200, style
urls = session.get(base + "pypi/demo/json").json()["urls"]
assert urls and all(url["url"].startswith(base + "files/") for url in urls), urls
assert session.get(urls[0]["url"]).status_code == 200
assert session.get(base + "openapi.json").json()["servers"] == [{"url": "./"}]
"#;

fn use_it(index: &TestIndex, proxy: &Proxy) {
    let Some(session) = Session::start(index) else {
        return;
    };
    let run = |program: &str, arguments: &[&str]| {
        let mut command = session.command(program, "");
        // The name of the certificate is `localhost`.
        run_well(command.args(arguments).env("NO_PROXY", "*"))
    };
    let published = index.upload(&Form::wheel(&TestDistribution::new("demo", "1.0")));
    assert_eq!(published.status, 200, "{}", published.text());
    let authority = fixture("authority.pem");
    let authority = authority.to_str().unwrap();
    let base = &proxy.base;
    let token = run("python", &["-c", BROWSER, base, authority]);
    let token = token.trim();
    let other = TestDistribution::new("other", "1.0");
    std::fs::write(index.folder.path().join(other.wheel_name()), other.wheel()).unwrap();
    let upload = [
        "upload",
        "--disable-progress-bar",
        "--cert",
        authority,
        "--repository-url",
        &format!("{base}legacy/"),
        "--username",
        "__token__",
        "--password",
        token,
        &other.wheel_name(),
    ];
    run("twine", &upload);
    let install = [
        "install",
        "--no-cache-dir",
        "--cert",
        authority,
        "--target",
        "installed",
        "--index-url",
        &format!("{base}simple/"),
        "demo",
        "other",
    ];
    run("pip", &install);
    for module in ["demo", "other"] {
        let folder = index.folder.path().join("installed");
        assert!(
            folder.join(format!("{module}-1.0.dist-info")).is_dir(),
            "{module}"
        );
    }
}

fn fixture(name: &str) -> PathBuf {
    tilsit_testing::fixture("tls").join(name)
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A running nginx.
pub(crate) struct Nginx {
    process: Child,
}

impl Nginx {
    /// Starts it in `folder` with the blocks of an `http` context; it listens on `port`.
    pub(crate) fn start(folder: &Path, port: u16, blocks: &str) -> Option<Self> {
        let program = ["/usr/sbin/nginx", "/usr/bin/nginx"];
        let program = program.iter().map(Path::new).find(|path| path.is_file());
        let program = tilsit_testing::require("nginx", program)?;
        std::fs::create_dir_all(folder).unwrap();
        let configuration = format!(
            "daemon off;\nmaster_process off;\npid nginx.pid;\nerror_log stderr;\nevents {{}}\n\
             http {{\n access_log off;\n client_body_temp_path body;\n proxy_temp_path proxy;\n \
             fastcgi_temp_path fastcgi;\n uwsgi_temp_path uwsgi;\n scgi_temp_path scgi;\n \
             {blocks}\n}}\n"
        );
        std::fs::write(folder.join("nginx.conf"), configuration).unwrap();
        let process = Command::new(program)
            .arg("-p")
            .arg(folder)
            .args(["-c", "nginx.conf", "-e", "stderr"])
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let mut nginx = Self { process };
        let address: SocketAddr = ([127, 0, 0, 1], port).into();
        for _ in 0..1000 {
            if TcpStream::connect(address).is_ok() {
                return Some(nginx);
            }
            let ended = nginx.process.try_wait().unwrap();
            assert!(ended.is_none(), "nginx ended: {ended:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("nginx does not answer at {address}");
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An nginx in front of an index.
struct Proxy {
    _nginx: Nginx,
    /// Where the index is through it.
    base: String,
}

impl Proxy {
    fn start(index: &TestIndex, path: &str, behind: &str) -> Option<Self> {
        Self::start_at(free_port(), index, path, behind)
    }

    /// Serves the index below `path`; to the index it says `behind` instead.
    fn start_at(port: u16, index: &TestIndex, path: &str, behind: &str) -> Option<Self> {
        let certificate = fixture("server.pem");
        let certificate = certificate.display();
        let blocks = format!(
            "server {{\n  listen 127.0.0.1:{port} ssl;\n  ssl_certificate {certificate};\n  \
             ssl_certificate_key {certificate};\n  client_max_body_size 0;\n  \
             location {path}/ {{\n   proxy_pass http://{address}{behind};\n   \
             proxy_http_version 1.1;\n   proxy_request_buffering off;\n   \
             proxy_set_header Host $http_host;\n   \
             proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n   \
             proxy_set_header X-Forwarded-Proto $scheme;\n   \
             proxy_set_header X-Forwarded-Host $http_host;\n   \
             proxy_set_header X-Forwarded-Prefix {path};\n  }}\n }}",
            address = index.address,
        );
        Some(Self {
            _nginx: Nginx::start(&index.folder.path().join("nginx"), port, &blocks)?,
            base: format!("https://localhost:{port}{path}/"),
        })
    }
}
