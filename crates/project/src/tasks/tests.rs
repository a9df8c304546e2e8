use super::*;

fn tasks(text: &str) -> Tasks {
    Tasks::parse(&format!("[tool.tilsit.tasks]\n{text}")).unwrap()
}

fn lines(tasks: &Tasks, name: &str, arguments: &[&str]) -> Result<Vec<String>, TaskError> {
    let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
    let steps = tasks.steps(name, &arguments)?.unwrap();
    Ok(steps.iter().map(|step| step.words.join("|")).collect())
}

#[test]
fn a_command_is_split_as_a_shell_would() {
    let tasks = tasks(r#"test = "pytest -k 'a or b' \"x y\"""#);
    assert_eq!(
        lines(&tasks, "test", &["-x"]).unwrap(),
        ["pytest|-k|a or b|x y|-x"]
    );
    assert_eq!(tasks.steps("tests", &[]).unwrap(), None);
}

#[test]
fn arguments_go_where_the_command_wants_them() {
    let tasks = tasks("test = 'pytest {args} tests'\n");
    assert_eq!(
        lines(&tasks, "test", &["-x", "-v"]).unwrap(),
        ["pytest|-x|-v|tests"]
    );
    assert_eq!(lines(&tasks, "test", &[]).unwrap(), ["pytest|tests"]);
}

#[test]
fn what_is_needed_runs_first_and_once() {
    let tasks = tasks(
        "fmt = 'ruff format'\nlint = { cmd = 'ruff check', depends = ['fmt'] }\n\
         test = { cmd = 'pytest', depends = ['lint', 'fmt'] }\n\
         all = ['lint', 'test', 'echo done']\nci = { depends = ['test'] }\n",
    );
    let all = ["ruff|format", "ruff|check", "pytest", "echo|done"];
    assert_eq!(lines(&tasks, "all", &[]).unwrap(), all);
    assert_eq!(
        lines(&tasks, "test", &["-x"]).unwrap(),
        ["ruff|format", "ruff|check", "pytest|-x"]
    );
    assert_eq!(lines(&tasks, "ci", &[]).unwrap(), all[..3]);
    assert_eq!(
        lines(&tasks, "all", &["-x"]),
        Err(TaskError::Arguments("all".to_owned()))
    );
}

#[test]
fn circles_and_gaps_are_told() {
    let tasks =
        tasks("a = { depends = ['b'] }\nb = { depends = ['a'] }\nc = { depends = ['d'] }\n");
    let circle = TaskError::Circle(vec!["a".to_owned(), "b".to_owned()]);
    assert_eq!(tasks.steps("a", &[]), Err(circle.clone()));
    assert_eq!(circle.to_string(), "the tasks `a`, `b` need each other");
    assert_eq!(
        tasks.steps("c", &[]).unwrap_err().to_string(),
        "the task `c` depends on `d`, which is no task"
    );
}

#[test]
fn functions_are_called() {
    let tasks = tasks("a = { call = 'shop.web:main' }\nb = { call = 'shop:serve(port=1)' }\n");
    assert_eq!(
        lines(&tasks, "a", &[]).unwrap(),
        ["python|-c|import sys; from shop.web import main; sys.exit(main())"]
    );
    assert_eq!(
        lines(&tasks, "b", &[]).unwrap(),
        ["python|-c|import sys; from shop import serve; sys.exit(serve(port=1))"]
    );
}

#[test]
fn what_is_no_task_is_refused() {
    for (text, words) in [
        ("a = 1", "a command, a list of commands"),
        ("a = { }", "must have one of"),
        ("a = { cmd = 'x', call = 'y:z' }", "must have one of"),
        ("a = { call = 'import os; x:y' }", "no `module:function`"),
        ("a = \"it's\"", "a quote that is not closed"),
        ("a = ''", "a quote that is not closed"),
        (
            "a = { cmd = 'x', shell = true }",
            "a command, a list of commands",
        ),
    ] {
        let error = Tasks::parse(&format!("[tool.tilsit.tasks]\n{text}\n")).unwrap_err();
        assert!(error.to_string().contains(words), "{text}: {error}");
    }
}
