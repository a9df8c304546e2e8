//! Ten scripts with inline metadata and what they print, with the default index.

/// A script: its name, its metadata, its code, and what it prints.
const SCRIPTS: [(&str, &str, &str, &str); 10] = [
    (
        "rich",
        "dependencies = ['rich']",
        "from rich.text import Text; print(Text('a').plain)",
        "a",
    ),
    (
        "requests",
        "dependencies = ['requests<3']",
        "import requests; print(requests.Request('GET', 'http://a').prepare().url)",
        "http://a/",
    ),
    (
        "httpx",
        "dependencies = ['httpx[socks]']",
        "import httpx, socksio; print(httpx.URL('http://a/b').path)",
        "/b",
    ),
    (
        "yaml",
        "dependencies = ['pyyaml']",
        "import yaml; print(yaml.safe_load('[1, 2]'))",
        "[1, 2]",
    ),
    (
        "click",
        "dependencies = ['click==8.1.7']",
        "import click; print(click.style('a', bold=True).count('a'))",
        "1",
    ),
    (
        "pydantic",
        "dependencies = ['pydantic>=2']",
        "import pydantic; print(pydantic.TypeAdapter(int).validate_python('3'))",
        "3",
    ),
    (
        "jinja",
        "dependencies = ['jinja2', \"colorama; sys_platform == 'win32'\"]",
        "import jinja2; print(jinja2.Template('{{ 1 + 1 }}').render())",
        "2",
    ),
    (
        "dateutil",
        "dependencies = ['python-dateutil']\n[tool.uv]\nresolution = 'lowest-direct'\n",
        "import dateutil; print('dateutil')",
        "dateutil",
    ),
    (
        "attrs",
        "requires-python = '>=3.8'\ndependencies = ['attrs', 'cattrs']",
        "import attrs, cattrs; print(cattrs.structure('3', int))",
        "3",
    ),
    (
        "program",
        "dependencies = ['cowsay']",
        "import subprocess, sys; print('moo' in subprocess.run([sys.executable, '-m', 'cowsay', '-t', 'moo'], capture_output=True, text=True).stdout)",
        "True",
    ),
];

#[test]
fn ten_scripts_run() {
    let sandbox = crate::sandbox();
    for (name, block, code, expected) in SCRIPTS {
        let block = block.trim_end().replace('\n', "\n# ");
        let text = format!("# /// script\n# {block}\n# ///\n{code}\n");
        sandbox.write(&format!("use_{name}.py"), &text);
        for round in ["first", "second"] {
            let answer = sandbox.run_well(&format!("run use_{name}.py"));
            assert_eq!(
                answer.stdout.trim_end(),
                expected,
                "{name}, {round}: {answer}"
            );
        }
        // The second start needs no index.
        let again = sandbox.run_well(&format!("run --offline use_{name}.py"));
        assert_eq!(again.stderr, "", "{name}");
    }
}
