//! Trees that state what they are, and trees of which only a build would tell.

use std::collections::BTreeMap;

use insta::assert_snapshot;

use super::*;

/// A tree in memory; its folders are those of its files.
struct Files(BTreeMap<&'static str, String>);

impl Tree for Files {
    fn text(&self, path: &str) -> Result<Option<String>, NotStated> {
        Ok(self.0.get(path).cloned())
    }

    fn has_folder(&self, path: &str) -> Result<bool, NotStated> {
        let inside = format!("{path}/");
        Ok(self.0.keys().any(|file| file.starts_with(&inside)))
    }
}

fn read(files: &[(&'static str, &str)]) -> Result<String, String> {
    let files = files.iter().map(|(path, text)| (*path, (*text).to_owned()));
    let stated = stated(&Files(files.collect())).map_err(|error| error.to_string())?;
    let metadata = String::from_utf8(stated.core_metadata().to_bytes()).unwrap();
    let lines = metadata
        .lines()
        .filter(|line| !line.starts_with("Metadata-Version"));
    Ok(format!(
        "{}: {}",
        stated.file,
        lines.collect::<Vec<_>>().join(" | ")
    ))
}

/// What a setup.cfg with a name and these lines states.
fn configured(more: &str) -> Result<String, String> {
    read(&[(
        "setup.cfg",
        &format!("[metadata]\nname = a\nversion = 1\n{more}"),
    )])
}

const USUAL: &str = "\
[metadata]
name = My.Shop
version = 1.0-1
long_description = file: README.rst
license-file = LICENSE
[options]
packages = find:
python_requires = >=3.7, !=3.9.*
install_requires =
    flask >= 2   # the web
    # nothing
    attrs; python_version < '3.12'
zip-safe = no
[options.extras_require]
Test_All = pytest; coverage[toml]
docs =
    sphinx; python_version > '3'
[egg_info]
tag_build =
tag_date = 0
[aliases]
test = pytest
[flake8]
format = %%(path)s
";

#[test]
fn setup_cfg_alone_states_the_metadata() {
    let told = read(&[("setup.cfg", USUAL)]).unwrap();
    assert_snapshot!(told.replace(" | ", "\n"), @r#"
    setup.cfg: Name: My.Shop
    Version: 1.0.post1
    Requires-Dist: flask>=2
    Requires-Dist: attrs; python_version < "3.12"
    Requires-Dist: pytest; extra == "test-all"
    Requires-Dist: coverage[toml]; extra == "test-all"
    Requires-Dist: sphinx; python_version >= "3.1" and extra == "docs"
    Requires-Python: !=3.9.*,>=3.7
    Provides-Extra: test-all
    Provides-Extra: docs
    "#);
    for bare in [
        "import setuptools\nsetuptools.setup()\n",
        "#!/usr/bin/env python\n'''Doc.'''\nfrom setuptools import setup, find_packages\n\n\
         if __name__ == '__main__':\n    setup()\n",
        "from setuptools import setup; setup()",
    ] {
        let files = [("setup.cfg", USUAL), ("setup.py", bare)];
        assert_eq!(read(&files), read(&files[..1]), "{bare}");
    }
}

#[test]
fn setup_py_goes_first() {
    let script = "import os\nfrom setuptools import setup, find_packages\n\
                  here = os.path.dirname(os.path.abspath(__file__))\n\
                  with open(os.path.join(here, 'README')) as f:\n    text = f.read()\n\
                  tests = ['pytest']\n\
                  setup(name='b', description=text, packages=find_packages(), install_requires=['x', 'y>1'],\n\
                  extras_require={'t': tests, ':os_name == \"nt\"': 'z', 'u:os_name == \"nt\"': []})\n";
    let cfg = "[metadata]\nname = a\nversion = 2\n[options]\ninstall_requires = other\n";
    let told = read(&[("setup.py", script), ("setup.cfg", cfg)]).unwrap();
    assert_snapshot!(told.replace(" | ", "\n"), @r#"
    setup.py: Name: b
    Version: 2
    Requires-Dist: x
    Requires-Dist: y>1
    Requires-Dist: pytest; extra == "t"
    Requires-Dist: z; os_name == "nt"
    Provides-Extra: t
    Provides-Extra: u
    "#);
}

#[test]
fn what_a_usual_script_does_besides_changes_nothing() {
    let cfg = ("setup.cfg", "[metadata]\nname = a\nversion = 1\n");
    let expected = read(&[cfg]).unwrap().replace("setup.cfg: ", "setup.py: ");
    for script in [
        "try:\n    from setuptools import setup, find_packages\nexcept ImportError:\n    import ez_setup\n    \
         ez_setup.use_setuptools()\nsetup(zip_safe=False)",
        "import os\nfrom setuptools import setup\ndef read(name):\n    \"Reads.\"\n    \
         with open(os.path.join(os.path.dirname(__file__), name)) as f:\n        return f.read()\n\
         setup(long_description=read('README'))",
        "from setuptools import setup\nlines = [line.strip() for line in open('a') if line != 'b']\n\
         setup(keywords=lines)",
    ] {
        assert_eq!(
            read(&[("setup.py", script), cfg]).as_ref(),
            Ok(&expected),
            "{script}"
        );
    }
}

#[test]
fn what_a_script_may_do_besides_is_little() {
    let cfg = ("setup.cfg", "[metadata]\nname = a\nversion = 1\n");
    for script in [
        "from setuptools import setup\nsetup(install_requires=read('r.txt'))",
        "from setuptools import setup\nsetup(cmdclass={})",
        "from setuptools import setup\nsetup(use_scm_version=True)",
        "from setuptools import setup\nsetup(**more)",
        "from setuptools import setup\nsetup('a')",
        "from setuptools import setup\nsetup(setup_requires=['pbr'], pbr=True)",
        "from setuptools import setup\nsetup(setup_requires=['cffi'])",
        "from setuptools import setup\nprint('hello')\nsetup()",
        "from setuptools import setup\nexec(open('v.py').read())\nsetup()",
        "from setuptools import setup\nx = exec('a = 1')\nsetup()",
        "from setuptools import setup\nx = f\"{exec('a = 1')}\"\nsetup()",
        "from setuptools import setup\nsetup(description=(lambda: 1)())",
        "from setuptools import setup\nsetup(description={'a': exec}['a']('b'))",
        "from setuptools import setup\nsetup(description=[name := 'x'])",
        "from setuptools import setup as make\nmake()",
        "from distutils.core import setup\nsetup()",
        "from a import setup\nsetup()",
        "import a\nfrom setuptools import setup\nsetup()",
        "import setuptools as a\na.setup()",
        "import setuptools\nsetuptools.Distribution = None\nsetuptools.setup()",
        "import setuptools\nsetuptools.setup(); import os; os.system('a')",
        "from setuptools import setup\ndef setup(): pass\nsetup()",
        "from setuptools import setup\nopen = exec\nsetup(description=open('a'))",
        "from setuptools import setup\nfor x in 'ab': setup()",
        "from setuptools import setup\nif True:\n    setup()",
        "from setuptools import setup\ndef main():\n    setup()\nmain()",
        "from setuptools import setup\ndef f(x):\n    return x('a')\nsetup(description=f(exec))",
        "from setuptools import setup\ndef f(read):\n    return read('a')\nsetup(description=f(print))",
        "from setuptools import setup\ndef f():\n    global x\nsetup()",
        "from setuptools import setup\ndef f(x=exec('a')):\n    return x\nsetup()",
        "from setuptools import setup\n@exec\ndef f():\n    return 1\nsetup()",
        "from setuptools import setup\nx = [read('a') for read in [print]]\nsetup()",
        "try:\n    from a import setup\nexcept ImportError:\n    from setuptools import setup\nsetup()",
        "try:\n    from setuptools import setup, a\nexcept ImportError:\n    import b\nsetup()",
        "try:\n    from setuptools import setup\nexcept Exception:\n    import b\nsetup()",
        "try:\n    from setuptools import setup\nfinally:\n    import b\nsetup()",
        "try:\n    from setuptools import setup\nexcept ImportError:\n    setup()",
        "from setuptools import setup\nsetup()\nsetup()",
        "from setuptools import setup",
        "setup(",
        "",
    ] {
        let told = read(&[("setup.py", script), cfg]);
        assert!(told.is_err(), "{script}: {told:?}");
    }
}

#[test]
fn what_setup_cfg_may_say_besides_is_known() {
    for more in [
        "unknown = 1\n",
        "install_requires = a\n",
        "requires-dist = a\n",
        "provides = a\n",
        "home_page = a\nurl = b\n",
        "[options]\nuse_scm_version = true\n",
        "[options]\ncmdclass = a\n",
        "[options]\nextras_require = a\n",
        "[options]\nsetup_requires = pbr\n",
        "[options]\npython_requires = >>3\n",
        "[options]\npython-requires = >3\npython_requires = >2\n",
        "[options]\ninstall_requires = a; python_version<'3'\n",
        "[options]\ninstall_requires =\n  -r b.txt\n",
        "[options]\ninstall_requires =\n  a \\\n  b c\n",
        "[options]\ninstall_requires = file: requirements.txt\n",
        "[options]\ninstall_requires = attr: a.b\n",
        "[options.extras_require]\na = file: requirements.txt\n",
        "[options.extras_require]\na!b = c\n",
        "[options.unknown]\na = b\n",
        "[optionsx]\n",
        "[metadata.a]\n",
        "[global]\nsetup-hooks = a\n",
        "[egg_info]\ntag_build = dev\n",
        "[egg_info]\ntag-date = true\n",
        "[dist_info]\ntag_build = dev\n",
        "[aliases]\ndist_info = egg_info -b dev dist_info\n",
        "[flake8]\nformat = %(path)s\n",
        "[flake8]\nformat = a\u{b}b\n",
        "[flake8]\nformat = a\rb\n",
        "[metadata]\n",
    ] {
        let told = configured(more);
        assert!(told.is_err(), "{more}: {told:?}");
    }
    assert!(configured("[options]\nsetup_requires =\n  setuptools>=40\n  wheel\n").is_ok());
    for text in [
        "[metadata]\nname = a\n",
        "[metadata]\nversion = 1\n",
        "[metadata]\nname = a b\nversion = 1\n",
        "[metadata]\nname = a\nversion = one\n",
        "\u{feff}[metadata]\nname = a\nversion = 1\n",
    ] {
        assert!(read(&[("setup.cfg", text)]).is_err(), "{text}");
    }
    assert!(read(&[]).is_err());
}

/// The version of a tree with this `version` and these lines in setup.cfg, and these files.
fn version(version: &str, more: &str, files: &[(&'static str, &str)]) -> Result<String, String> {
    let text = format!("[metadata]\nname = a\nversion = {version}\n{more}");
    let mut all = vec![("setup.cfg", text.as_str())];
    all.extend(files);
    let told = read(&all)?;
    Ok(told.split_once("Version: ").unwrap().1.to_owned())
}

#[test]
fn a_version_may_stand_in_a_file_or_a_module() {
    let found = |text: &str| Ok(text.to_owned());
    let module = ("a/__init__.py", "'''Doc'''\n__version__: str = \"1.5\"\n");
    assert_eq!(
        version("file: VERSION", "", &[("VERSION", "2.0\n")]),
        found("2.0")
    );
    assert_eq!(
        version("file: ./VERSION", "", &[("VERSION", "2.0\r\n")]),
        found("2.0")
    );
    assert_eq!(version("attr: a.__version__", "", &[module]), found("1.5"));
    for (text, expected) in [
        ("__version__ = version = '1.2'", Some("1.2")),
        ("version = __version__ = '1.2'", Some("1.2")),
        ("__version__ = (1, 2, 'rc1')", Some("1.2.rc1")),
        ("import b\n__version__ = '1'\n__all__ = [b]", Some("1")),
        ("__version__ = 1.10", None),
        ("__version__ = (1, 02)", None),
        ("__version__ = b.get()", None),
        ("if x:\n    __version__ = '1'", None),
        ("__version__ = '1'\n__version__ = '2'", None),
        ("__version__ = '1'\n__version__ += '2'", None),
        ("__version__ = '1'; exec('a')", None),
    ] {
        let told = version("attr: a.__version__", "", &[("a.py", text)]);
        let expected = expected.map(|text| text.parse::<Version>().unwrap().to_string());
        assert_eq!(told.ok(), expected, "{text}");
    }
    // Where the module is.
    let src = ("src/a/__init__.py", "__version__ = '3'");
    let find = "[options]\npackages = find:\n[options.packages.find]\nwhere = src\n";
    let folder = "[options]\npackages = a\npackage_dir =\n  = src\n";
    let named = "[options]\npackages = a\npackage_dir = a=lib\n";
    assert_eq!(version("attr: a.__version__", find, &[src]), found("3"));
    assert_eq!(version("attr: a.__version__", folder, &[src]), found("3"));
    assert_eq!(version("attr: a.__version__", "", &[src]), found("3"));
    assert_eq!(
        version("attr: a.b.v", named, &[("lib/b.py", "v = '4'")]),
        found("4")
    );
    for (value, files) in [
        ("attr: a.__version__", vec![]),
        ("attr: __version__", vec![module]),
        ("file: VERSION", vec![]),
        ("file: VERSION", vec![("VERSION", "one")]),
        ("file: A, B", vec![("A", "1"), ("B", "2")]),
    ] {
        assert!(version(value, "", &files).is_err(), "{value}");
    }
    let said = "[options]\npackages = a\n";
    assert!(version("attr: a.__version__", said, &[src]).is_err());
}

#[test]
fn a_requirement_may_go_on_in_the_next_line() {
    let more = "[options]\ninstall_requires =\n  b; \\\n    # why\n    os_name == 'nt'\n  c\n";
    let told = configured(more).unwrap();
    let expected = "Requires-Dist: b; os_name == \"nt\" | Requires-Dist: c";
    assert!(told.ends_with(expected), "{told}");
}

#[test]
fn requirements_may_stand_in_files() {
    let cfg =
        "[metadata]\nname = a\nversion = 1\n[options]\ninstall_requires = file: one.txt, two.txt\n";
    let files = [
        ("setup.cfg", cfg),
        ("one.txt", "# a\nb\nc>1 # d\n"),
        ("two.txt", "e\n"),
    ];
    let told = read(&files).unwrap();
    assert!(
        told.ends_with("Requires-Dist: b | Requires-Dist: c>1 | Requires-Dist: e"),
        "{told}"
    );
}

#[cfg(unix)]
#[test]
fn nothing_outside_of_the_tree_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let tree = folder.path().join("tree");
    std::fs::create_dir(&tree).unwrap();
    std::fs::write(folder.path().join("VERSION"), "1").unwrap();
    std::fs::write(tree.join("V"), "1").unwrap();
    std::os::unix::fs::symlink("../VERSION", tree.join("LINK")).unwrap();
    std::os::unix::fs::symlink("..", tree.join("up")).unwrap();
    let told = |file: &str| {
        let text = format!("[metadata]\nname = a\nversion = file: {file}\n");
        std::fs::write(tree.join("setup.cfg"), text).unwrap();
        let folder = crate::setuptools::Folder::open(&tree).unwrap();
        stated(&folder)
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    assert_eq!(told("V"), Ok(()));
    for (file, expected) in [
        ("../VERSION", "`../VERSION` is not a path in the project"),
        (
            "/etc/hostname",
            "`/etc/hostname` is not a path in the project",
        ),
        ("LINK", "`LINK` is no plain file"),
        ("up/VERSION", "`up/VERSION` is behind a link"),
        ("up", "`up` is no plain file"),
    ] {
        assert_eq!(told(file), Err(expected.to_owned()));
    }
    std::fs::write(tree.join("setup.cfg"), "#".repeat(2 << 20)).unwrap();
    let folder = crate::setuptools::Folder::open(&tree).unwrap();
    assert_eq!(
        stated(&folder).unwrap_err().to_string(),
        "`setup.cfg` is too large"
    );
}
