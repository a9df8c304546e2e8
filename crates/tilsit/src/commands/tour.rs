//! `tilsit tour`: the whole way of a package on one page, from an index of one's own to an
//! application that runs.
//!
//! Each step shows the command that a newcomer can repeat by hand, and runs exactly that line: it
//! is parsed and given to the command it names. Only the server goes into the background, and only
//! the application, which is not ours, becomes a process.

mod files;
mod page;

use std::path::Path;
use std::process::{Command as Process, Stdio};
use std::thread;
use std::time::Duration;

use clap::{Args, Parser};
use serde_json::{Value, json};
use tilsit_files::TemporaryFolder;
use tilsit_index_server::RunningServer;

use crate::commands::{self, Command, serve};
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::report::Report;
use crate::terminal::{DIM, STRONG};

use page::Page;

/// How often the index's search is asked before the tour gives up, and the pause between.
const SEARCHES_MAX: usize = 100;
const SEARCH_PAUSE: Duration = Duration::from_millis(100);

/// Show everything once, on one page
///
/// In a temporary folder: starts an index, uploads tilsit itself and its build backend to it, makes a
/// small project, builds, checks, publishes and finds it, pins an application that needs it and packages of your default index, installs that into a new
/// environment and runs it. Then the index keeps answering until Ctrl-C. Every line that is shown
/// can be typed by hand.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// End when everything is shown
    #[arg(long)]
    exit: bool,
    /// Keep the folder of the tour, and print where it is
    #[arg(long)]
    keep: bool,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let folder = TemporaryFolder::create_in(&context.temporary_folder)?;
    let shown = folder.path().display().to_string();
    let page = Page::begin(
        &context.terminal,
        &context.interrupt,
        "The way of a package, on one page",
        &format!("{DIM}In the folder {shown}; every line can be typed by hand.{DIM:#}"),
    );
    let mut tour = Tour {
        page,
        context: context.within(folder.path()),
        token: String::new(),
    };
    let server = tour.index()?;
    tour.itself(&server)?;
    tour.package(&server)?;
    let greeting = tour.application(&server)?;
    let address = format!("http://{}/", server.address());
    tour.page.end();
    if !arguments.exit {
        context.terminal.say(format_args!(
            "The index answers at {STRONG}{address}{STRONG:#} until you press Ctrl-C."
        ));
        context.interrupt.wait();
    }
    server.stop()?;
    if arguments.keep {
        let kept = folder.keep();
        let kept = kept.display();
        context
            .terminal
            .say(format_args!("The folder stays: {kept}"));
    } else {
        folder.remove()?;
    }
    Ok(Report::silent(
        json!({ "index": address, "application": greeting }),
    ))
}

/// A tour that is under way.
struct Tour {
    page: Page,
    context: Context,
    /// What stands for `$TOKEN` in the lines.
    token: String,
}

impl Tour {
    /// An index of one's own, with a user and a token.
    fn index(&mut self) -> Result<RunningServer, CommandError> {
        self.page.step("Set up an index of your own")?;
        self.line("tilsit index init --data index")?;
        self.line("tilsit index user add you --password secret --data index")?;
        let line = "tilsit index token create --user you --data index";
        self.page.command(&format!("export TOKEN=$({line})"));
        let token = self.call(line)?;
        text(&token, "/token")?.clone_into(&mut self.token);
        self.page
            .done("a database, a user, and a token for uploads");

        self.page.step("Start it")?;
        let line = "tilsit serve --data index --listen 127.0.0.1:0";
        let Command::Serve(arguments) = self.parse(line)? else {
            return Err(not_ours(line));
        };
        let server = serve::start(&arguments, &self.context)?;
        let address = server.address();
        self.page
            .command(&format!("tilsit serve --data index --listen {address} &"));
        self.page.done(&format!("it answers at http://{address}/"));
        Ok(server)
    }

    /// This program and its build backend, on the index: whoever has the index alone can install
    /// tilsit, and build the package.
    fn itself(&mut self, server: &RunningServer) -> Result<(), CommandError> {
        self.page
            .step("Upload tilsit and its build backend to it")?;
        let built = self.line("tilsit build --self --out-dir self")?;
        self.publish(server, "self/tilsit-*")?;
        self.publish(server, "self/tilsit_build-*")?;
        self.page.done(&format!(
            "{}\npip gets tilsit from here, and builds what names tilsit_build",
            names(&built, "/files")
        ));
        Ok(())
    }

    /// A package: written, built, checked, published.
    fn package(&mut self, server: &RunningServer) -> Result<(), CommandError> {
        self.page.step("Write a package")?;
        for (name, text) in files::PACKAGE {
            self.write(name, text)?;
        }
        self.page.done(files::PACKAGE_IN_WORDS);

        self.page.step("Build and check it")?;
        let built = self.line("tilsit build cheese --out-dir dist")?;
        self.line("tilsit check dist")?;
        self.page.done(&names(&built, "/files"));

        self.page.step("Publish it")?;
        let published = self.publish(server, "dist/*")?;
        self.page.done(&names(&published, "/files"));

        self.page.step("Find it, a letter mistyped")?;
        let address = server.address();
        let line = format!("tilsit search chese --index-url http://{address}/simple/");
        let found = self.searched(&line)?;
        self.page.done(&found);
        Ok(())
    }

    /// Shows a line that publishes files, and runs it.
    fn publish(&self, server: &RunningServer, files: &str) -> Result<Value, CommandError> {
        let address = server.address();
        self.line(&format!(
            "tilsit publish --repository-url http://{address}/legacy/ --token $TOKEN {files}"
        ))
    }

    /// Runs a line that searches: the index's search follows its uploads within a second or two.
    fn searched(&mut self, line: &str) -> Result<String, CommandError> {
        self.page.command(line);
        for _ in 0..SEARCHES_MAX {
            let answer = self.call(line)?;
            if let Some(first) = answer.pointer("/projects/0") {
                let (name, version) = (text(first, "/name")?, text(first, "/version")?);
                return Ok(format!("{name} {version}: {}", text(first, "/summary")?));
            }
            thread::sleep(SEARCH_PAUSE);
        }
        let message = "the index's search did not follow the upload";
        Err(CommandError::new(Code::StoreUnusable, message))
    }

    /// An application that needs the package and others: pinned, installed, run.
    fn application(&mut self, server: &RunningServer) -> Result<String, CommandError> {
        self.page.step("Pin what an application needs")?;
        for (name, text) in files::APPLICATION {
            self.write(name, text)?;
        }
        let address = server.address();
        let line = format!(
            "tilsit pip compile app.in -o requirements.txt --generate-hashes --extra-index-url \
             http://{address}/simple/"
        );
        let pinned = self.line(&line)?;
        self.page.done(&count(&pinned, "/pins", "project"));

        self.page.step("Install that into a new environment")?;
        self.line("tilsit venv")?;
        let line = format!(
            "tilsit pip install -r requirements.txt --require-hashes --python .venv \
             --extra-index-url http://{address}/simple/"
        );
        let installed = self.line(&line)?;
        self.page.done(&count(&installed, "/installed", "wheel"));

        self.page.step("Run the application")?;
        let line = if cfg!(windows) {
            ".venv\\Scripts\\python app.py"
        } else {
            ".venv/bin/python app.py"
        };
        self.page.command(line);
        let greeting = self.process(line)?;
        self.page.done(&greeting);
        Ok(greeting)
    }

    /// Shows a line and runs it.
    fn line(&self, line: &str) -> Result<Value, CommandError> {
        self.page.command(line);
        self.call(line)
    }

    /// Runs a line of ours and gives what `--json` would show.
    fn call(&self, line: &str) -> Result<Value, CommandError> {
        let command = self.parse(line)?;
        let report = commands::run(command, &self.context)?;
        Ok(report.into_result())
    }

    /// The command in a line, with `$TOKEN` and a `*` at the end of a word replaced as a shell does.
    fn parse(&self, line: &str) -> Result<Command, CommandError> {
        let mut words = Vec::new();
        for word in line.split_whitespace() {
            if word == "$TOKEN" {
                words.push(self.token.clone());
            } else if let Some(start) = word.strip_suffix('*') {
                words.extend(self.files(start)?);
            } else {
                words.push(word.to_owned());
            }
        }
        commands::Arguments::try_parse_from(words)
            .map(|arguments| arguments.command)
            .map_err(|error| not_ours(line).caused_by(error.to_string()))
    }

    /// The files whose paths start so, as a shell lists them.
    fn files(&self, start: &str) -> Result<Vec<String>, CommandError> {
        let (folder, start) = start.rsplit_once('/').unwrap_or((".", start));
        let files = tilsit_files::read_dir(self.context.resolve(Path::new(folder)))?;
        let paths = files.into_iter().map(|file| file.path);
        let names = paths.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()));
        let chosen = names.filter(|name| name.starts_with(start));
        Ok(chosen.map(|name| format!("{folder}/{name}")).collect())
    }

    /// Runs a program and gives what it wrote.
    fn process(&self, line: &str) -> Result<String, CommandError> {
        let mut words = line.split_whitespace();
        let program = words.next().unwrap_or_default();
        let failed = |reason: String| {
            CommandError::new(Code::ProgramNotStarted, format!("`{line}` failed")).caused_by(reason)
        };
        let output = Process::new(self.context.resolve(Path::new(program)))
            .args(words)
            .current_dir(&self.context.working_folder)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| failed(error.to_string()))?;
        if !output.status.success() {
            return Err(failed(String::from_utf8_lossy(&output.stderr).into_owned()));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        Ok(text.trim().to_owned())
    }

    fn write(&self, name: &str, text: &str) -> Result<(), CommandError> {
        let path = self.context.resolve(Path::new(name));
        if let Some(folder) = path.parent() {
            tilsit_files::create_dir_all(folder)?;
        }
        Ok(tilsit_files::write(path, text)?)
    }
}

fn not_ours(line: &str) -> CommandError {
    CommandError::new(Code::Bug, format!("the tour shows a wrong line: `{line}`"))
}

/// A text in what a command answered.
fn text<'a>(answer: &'a Value, place: &str) -> Result<&'a str, CommandError> {
    let text = answer.pointer(place).and_then(Value::as_str);
    text.ok_or_else(|| CommandError::new(Code::Bug, format!("the answer has no `{place}`")))
}

/// The file names in what a command answered, in one line.
fn names(answer: &Value, place: &str) -> String {
    let entries = answer.pointer(place).and_then(Value::as_array);
    let names = entries.into_iter().flatten().filter_map(|entry| {
        let path = entry.get("path").or(entry.get("file")).unwrap_or(entry);
        Path::new(path.as_str()?).file_name()?.to_str()
    });
    names.collect::<Vec<_>>().join(", ")
}

/// `12 wheels`, as a command answered.
fn count(answer: &Value, place: &str, one: &str) -> String {
    let entries = answer.pointer(place).and_then(Value::as_array);
    crate::terminal::count(entries.map_or(0, Vec::len), one)
}
