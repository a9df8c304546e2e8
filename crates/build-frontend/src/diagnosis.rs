//! What would help when a build fails, told from what it printed: which system package has the
//! header or library that is missing, which tool, which other version of Python or setuptools.
//!
//! The tables name Debian's, Fedora's and conda-forge's packages. What they do not know, nobody is
//! told.

/// Something that would probably help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advice {
    /// A package of the system is missing.
    System(SystemPackage),
    /// Something else, in words.
    Words(String),
}

/// What is missing, and the packages that have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SystemPackage {
    /// What it is.
    pub what: &'static str,
    /// The package of Debian and Ubuntu.
    pub debian: &'static str,
    /// The package of Fedora and its kin.
    pub fedora: &'static str,
    /// The package of conda-forge.
    pub conda: &'static str,
}

/// How many pieces of advice are given: more is noise.
const ADVICE_MAX: usize = 4;

const fn package(
    what: &'static str,
    debian: &'static str,
    fedora: &'static str,
    conda: &'static str,
) -> SystemPackage {
    SystemPackage {
        what,
        debian,
        fedora,
        conda,
    }
}

const PYTHON: SystemPackage = package(
    "the headers of Python",
    "python3-dev",
    "python3-devel",
    "python",
);
const COMPILER: SystemPackage = package(
    "a C compiler",
    "build-essential",
    "gcc gcc-c++ make",
    "compilers",
);
const CPLUSPLUS: SystemPackage = package("a C++ compiler", "g++", "gcc-c++", "cxx-compiler");
const FORTRAN: SystemPackage = package(
    "a Fortran compiler",
    "gfortran",
    "gcc-gfortran",
    "fortran-compiler",
);
const RUST: SystemPackage = package("a Rust compiler", "rustc cargo", "rust cargo", "rust");
const POSTGRES: SystemPackage = package("libpq", "libpq-dev", "libpq-devel", "libpq");
const MYSQL: SystemPackage = package(
    "the MySQL client library",
    "default-libmysqlclient-dev",
    "mysql-devel",
    "mysqlclient",
);
const FFI: SystemPackage = package("libffi", "libffi-dev", "libffi-devel", "libffi");
const SSL: SystemPackage = package("OpenSSL", "libssl-dev", "openssl-devel", "openssl");
const XML: SystemPackage = package("libxml2", "libxml2-dev", "libxml2-devel", "libxml2");
const XSLT: SystemPackage = package("libxslt", "libxslt1-dev", "libxslt-devel", "libxslt");
const ZLIB: SystemPackage = package("zlib", "zlib1g-dev", "zlib-devel", "zlib");
const JPEG: SystemPackage = package(
    "libjpeg",
    "libjpeg-dev",
    "libjpeg-turbo-devel",
    "libjpeg-turbo",
);
const PKG_CONFIG: SystemPackage = package("pkg-config", "pkg-config", "pkgconf", "pkg-config");
const CURL: SystemPackage = package(
    "libcurl",
    "libcurl4-openssl-dev",
    "libcurl-devel",
    "libcurl",
);
const LDAP: SystemPackage = package("OpenLDAP", "libldap-dev", "openldap-devel", "openldap");
const SASL: SystemPackage = package("SASL", "libsasl2-dev", "cyrus-sasl-devel", "cyrus-sasl");
const ODBC: SystemPackage = package("unixODBC", "unixodbc-dev", "unixODBC-devel", "unixodbc");
const HDF5: SystemPackage = package("HDF5", "libhdf5-dev", "hdf5-devel", "hdf5");
const GEOS: SystemPackage = package("GEOS", "libgeos-dev", "geos-devel", "geos");
const GDAL: SystemPackage = package("GDAL", "libgdal-dev", "gdal-devel", "gdal");
const CAIRO: SystemPackage = package("cairo", "libcairo2-dev", "cairo-devel", "cairo");
const GRAPHVIZ: SystemPackage =
    package("Graphviz", "libgraphviz-dev", "graphviz-devel", "graphviz");
const PORTAUDIO: SystemPackage = package(
    "PortAudio",
    "portaudio19-dev",
    "portaudio-devel",
    "portaudio",
);
const KERBEROS: SystemPackage = package("Kerberos", "libkrb5-dev", "krb5-devel", "krb5");
const BLAS: SystemPackage = package("BLAS", "libopenblas-dev", "openblas-devel", "openblas");
const LZMA: SystemPackage = package("liblzma", "liblzma-dev", "xz-devel", "xz");
const BZIP2: SystemPackage = package("bzip2", "libbz2-dev", "bzip2-devel", "bzip2");
const SNAPPY: SystemPackage = package("snappy", "libsnappy-dev", "snappy-devel", "snappy");
const YAML: SystemPackage = package("libyaml", "libyaml-dev", "libyaml-devel", "yaml");
const SODIUM: SystemPackage = package("libsodium", "libsodium-dev", "libsodium-devel", "libsodium");
const DBUS: SystemPackage = package("D-Bus", "libdbus-1-dev", "dbus-devel", "dbus");
const SYSTEMD: SystemPackage = package(
    "libsystemd",
    "libsystemd-dev",
    "systemd-devel",
    "libsystemd",
);
const GMP: SystemPackage = package("GMP", "libgmp-dev", "gmp-devel", "gmp");
const MPFR: SystemPackage = package("MPFR", "libmpfr-dev", "mpfr-devel", "mpfr");
const FREETYPE: SystemPackage =
    package("FreeType", "libfreetype-dev", "freetype-devel", "freetype");
const CMAKE: SystemPackage = package("CMake", "cmake", "cmake", "cmake");
const SWIG: SystemPackage = package("SWIG", "swig", "swig", "swig");
const GIT: SystemPackage = package("git", "git", "git", "git");
const MAKE: SystemPackage = package("make", "make", "make", "make");

/// Headers, by their path or by a folder of it.
const HEADERS: &[(&str, SystemPackage)] = &[
    ("Python.h", PYTHON),
    ("libpq-fe.h", POSTGRES),
    ("mysql.h", MYSQL),
    ("ffi.h", FFI),
    ("openssl/", SSL),
    ("libxml/", XML),
    ("libxslt/", XSLT),
    ("zlib.h", ZLIB),
    ("jpeglib.h", JPEG),
    ("curl/", CURL),
    ("ldap.h", LDAP),
    ("lber.h", LDAP),
    ("sasl/", SASL),
    ("sasl.h", SASL),
    ("sql.h", ODBC),
    ("sqlext.h", ODBC),
    ("hdf5.h", HDF5),
    ("geos_c.h", GEOS),
    ("gdal.h", GDAL),
    ("cairo.h", CAIRO),
    ("graphviz/", GRAPHVIZ),
    ("portaudio.h", PORTAUDIO),
    ("gssapi/", KERBEROS),
    ("gssapi.h", KERBEROS),
    ("krb5.h", KERBEROS),
    ("cblas.h", BLAS),
    ("lzma.h", LZMA),
    ("bzlib.h", BZIP2),
    ("snappy.h", SNAPPY),
    ("snappy-c.h", SNAPPY),
    ("yaml.h", YAML),
    ("sodium.h", SODIUM),
    ("dbus/", DBUS),
    ("systemd/", SYSTEMD),
    ("gmp.h", GMP),
    ("mpfr.h", MPFR),
    ("ft2build.h", FREETYPE),
];

/// Libraries, by the name that the linker is given.
const LIBRARIES: &[(&str, SystemPackage)] = &[
    ("pq", POSTGRES),
    ("mysqlclient", MYSQL),
    ("ffi", FFI),
    ("ssl", SSL),
    ("crypto", SSL),
    ("xml2", XML),
    ("xslt", XSLT),
    ("z", ZLIB),
    ("jpeg", JPEG),
    ("curl", CURL),
    ("ldap", LDAP),
    ("sasl2", SASL),
    ("odbc", ODBC),
    ("hdf5", HDF5),
    ("geos_c", GEOS),
    ("gdal", GDAL),
    ("cairo", CAIRO),
    ("cgraph", GRAPHVIZ),
    ("portaudio", PORTAUDIO),
    ("gssapi_krb5", KERBEROS),
    ("openblas", BLAS),
    ("lapack", BLAS),
    ("blas", BLAS),
    ("lzma", LZMA),
    ("bz2", BZIP2),
    ("snappy", SNAPPY),
    ("yaml", YAML),
    ("sodium", SODIUM),
    ("gmp", GMP),
    ("mpfr", MPFR),
    ("freetype", FREETYPE),
];

/// Programs that builds call.
const PROGRAMS: &[(&str, SystemPackage)] = &[
    ("gcc", COMPILER),
    ("cc", COMPILER),
    ("clang", COMPILER),
    ("g++", CPLUSPLUS),
    ("c++", CPLUSPLUS),
    ("gfortran", FORTRAN),
    ("cargo", RUST),
    ("rustc", RUST),
    ("pg_config", POSTGRES),
    ("mysql_config", MYSQL),
    ("xslt-config", XSLT),
    ("xml2-config", XML),
    ("curl-config", CURL),
    ("gdal-config", GDAL),
    ("geos-config", GEOS),
    ("krb5-config", KERBEROS),
    ("pkg-config", PKG_CONFIG),
    ("cmake", CMAKE),
    ("swig", SWIG),
    ("git", GIT),
    ("make", MAKE),
];

/// Words of a build's own, and what they mean.
const SAYINGS: &[(&str, SystemPackage)] = &[
    ("pg_config executable not found", POSTGRES),
    ("mysql_config not found", MYSQL),
    ("Can not find valid pkg-config name", MYSQL),
    (
        "make sure the libxml2 and libxslt development packages are installed",
        XSLT,
    ),
    ("Could not find module FindOpenSSL", SSL),
    ("Could not find curl-config", CURL),
    ("can't find Rust compiler", RUST),
    ("Cargo, the Rust package manager, is not installed", RUST),
    ("Unknown compiler(s): [['gfortran'", FORTRAN),
    ("Unknown compiler(s): [['cc'", COMPILER),
    ("Unknown compiler(s): [['c++'", CPLUSPLUS),
    ("No CMAKE_CXX_COMPILER could be found", CPLUSPLUS),
    ("No CMAKE_C_COMPILER could be found", COMPILER),
    (
        "The headers or library files could not be found for jpeg",
        JPEG,
    ),
    (
        "The headers or library files could not be found for zlib",
        ZLIB,
    ),
    ("Dependency \"openblas\" not found", BLAS),
];

const PYTHON_2: &str = "the release was written for Python 2, which nothing builds for any more: take a newer release, or another project in its place";

const C_BEFORE_3_11: &str = "the C code of the release is older than Python 3.11: take a newer release, or Python 3.10 or older";

/// Words of a build's own, and what to do.
const REMEDIES: &[(&str, &str)] = &[
    (
        "No module named 'pkg_resources'",
        "setuptools 82 removed `pkg_resources`: build with an older one, by a file with `setuptools<82` given as `--build-constraint`",
    ),
    (
        "use_2to3 is invalid",
        "setuptools 58 removed `use_2to3`: the release was written for Python 2; take a newer one, or build with `setuptools<58` given as `--build-constraint`",
    ),
    (
        "No module named 'distutils'",
        "Python 3.12 removed `distutils`: take a newer release, or Python 3.11 or older",
    ),
    (
        "module 'pkgutil' has no attribute 'ImpImporter'",
        "the pinned setuptools is too old for Python 3.12: take a newer release, or Python 3.11 or older",
    ),
    (
        "No module named 'imp'",
        "Python 3.12 removed `imp`: take a newer release, or Python 3.11 or older",
    ),
    (
        "is newer than PyO3's maximum supported version",
        "the release is older than this Python: take a newer release, or an older Python",
    ),
    (
        "Cannot install on Python version",
        "take another Python: the release says which ones it is for",
    ),
    (
        "invalid command 'bdist_wheel'",
        "the build needs the project `wheel`, which it does not declare; with `--no-build-isolation`, install it first",
    ),
    (
        "setuptools-scm was unable to detect version",
        "the version is taken from git, and there is no repository here: build from a clone, or set `SETUPTOOLS_SCM_PRETEND_VERSION`",
    ),
    (
        "Multiple top-level packages discovered in a flat-layout",
        "setuptools cannot tell which folder is the package: name it in `[tool.setuptools] packages`",
    ),
    (
        "Unable to determine which files to ship inside the wheel",
        "hatchling finds no package of the project's name: name it in `[tool.hatch.build.targets.wheel] packages`",
    ),
    ("Missing parentheses in call to 'print'", PYTHON_2),
    ("multiple exception types must be parenthesized", PYTHON_2),
    ("leading zeros in decimal integer literals", PYTHON_2),
    ("inconsistent use of tabs and spaces", PYTHON_2),
    (
        "SyntaxError: invalid syntax",
        "this is no code of this Python: the release was probably written for an older one",
    ),
    ("name 'file' is not defined", PYTHON_2),
    ("name 'execfile' is not defined", PYTHON_2),
    ("name 'unicode' is not defined", PYTHON_2),
    ("No module named 'ConfigParser'", PYTHON_2),
    ("No module named 'StringIO'", PYTHON_2),
    ("No module named '__builtin__'", PYTHON_2),
    ("No module named 'commands'", PYTHON_2),
    ("No module named 'cookielib'", PYTHON_2),
    ("No module named 'urllib2'", PYTHON_2),
    (
        "No module named 'ez_setup'",
        "its setup.py wants to fetch setuptools itself, with a module `ez_setup` that the archive does not have: take a newer release",
    ),
    (
        "ValueError: invalid mode: 'rU'",
        "Python 3.11 removed the mode `U` of `open`: take a newer release, or Python 3.10 or older",
    ),
    (
        "module 'inspect' has no attribute 'getargspec'",
        "Python 3.11 removed `inspect.getargspec`: take a newer release, or Python 3.10 or older",
    ),
    ("longintrepr.h: No such file", C_BEFORE_3_11),
    (
        "lvalue required as left operand of assignment",
        C_BEFORE_3_11,
    ),
    ("incomplete typedef ‘PyFrameObject’", C_BEFORE_3_11),
    (
        "to function ‘PyCode_New’",
        "the C code of the release is older than Python 3.8: take a newer release, or Python 3.7 or older",
    ),
    (
        "has no member named ‘exc_type’",
        "the C code of the release is older than Python 3.7: take a newer release, or Python 3.6 or older",
    ),
    ("for ‘PyStructSequence_UnnamedField’", C_BEFORE_3_11),
    ("No space left on device", "the disk is full"),
];

/// What would help, by what a build printed; the first causes first, each once.
pub fn advice(output: &str) -> Vec<Advice> {
    let mut advice = Vec::new();
    for line in output.lines() {
        let found = line_advice(line);
        if let Some(found) = found.filter(|found| !advice.contains(found)) {
            advice.push(found);
            if advice.len() == ADVICE_MAX {
                break;
            }
        }
    }
    advice
}

fn line_advice(line: &str) -> Option<Advice> {
    if let Some((_, package)) = SAYINGS.iter().find(|(words, _)| line.contains(words)) {
        return Some(Advice::System(*package));
    }
    if let Some((_, words)) = REMEDIES.iter().find(|(words, _)| line.contains(words)) {
        return Some(Advice::Words((*words).to_owned()));
    }
    let package = missing_header(line)
        .or_else(|| missing_library(line))
        .or_else(|| missing_program(line));
    if let Some(package) = package {
        return Some(Advice::System(package));
    }
    let module = between(line, "ModuleNotFoundError: No module named '", "'")?;
    let (top, _) = module.split_once('.').unwrap_or((module, ""));
    Some(Advice::Words(format!(
        "the build imports `{top}` and does not declare it in `build-system.requires`: install what has it, and build with `--no-build-isolation`"
    )))
}

/// `x.c:1:10: fatal error: Python.h: No such file or directory`, and clang's `'Python.h' file not found`.
fn missing_header(line: &str) -> Option<SystemPackage> {
    let gcc = between(line, "fatal error: ", ": No such file");
    let header = gcc.or_else(|| between(line, "fatal error: '", "' file not found"))?;
    let fits = |known: &str| {
        let rest = header.strip_prefix(known);
        rest.is_some_and(|rest| rest.is_empty() || known.ends_with('/'))
    };
    let (_, package) = HEADERS.iter().find(|(known, _)| fits(known))?;
    Some(*package)
}

/// `ld: cannot find -lpq`, `ld: library not found for -lpq`, lld's `unable to find library -lpq`.
fn missing_library(line: &str) -> Option<SystemPackage> {
    let is_linker = [
        "cannot find -l",
        "library not found for -l",
        "unable to find library -l",
    ]
    .iter()
    .any(|words| line.contains(words));
    let (_, rest) = line.split_once(" -l").filter(|_| is_linker)?;
    let is_part = |letter: char| letter.is_alphanumeric() || "_+-.".contains(letter);
    let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
    let name = &rest[..end];
    let (_, package) = LIBRARIES.iter().find(|(known, _)| *known == name)?;
    Some(*package)
}

/// `error: command 'x86_64-linux-gnu-gcc' failed: No such file`, `/bin/sh: 1: pg_config: not found`,
/// `FileNotFoundError: … No such file or directory: 'cmake'`.
fn missing_program(line: &str) -> Option<SystemPackage> {
    let name = between(line, "unable to execute '", "'")
        .or_else(|| {
            line.contains("failed: No such file")
                .then(|| between(line, "error: command '", "'"))?
        })
        .or_else(|| between(line, "No such file or directory: '", "'"))
        .or_else(|| {
            let line = line.trim_end();
            let line = line
                .strip_suffix(": not found")
                .or_else(|| line.strip_suffix(": command not found"))?;
            line.rsplit([' ', ':']).next()
        })?;
    let name = name.rsplit('/').next().unwrap_or(name);
    let known = PROGRAMS.iter().find(|(known, _)| {
        // Cross names end in the program's: `x86_64-linux-gnu-gcc`.
        name == *known
            || name
                .strip_suffix(known)
                .is_some_and(|rest| rest.ends_with('-'))
    });
    known.map(|(_, package)| *package)
}

/// What stands between two texts.
fn between<'a>(line: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(before)?;
    let (found, _) = rest.split_once(after)?;
    Some(found)
}

impl std::fmt::Display for Advice {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Words(words) => formatter.write_str(words),
            Self::System(package) => {
                let SystemPackage {
                    what,
                    debian,
                    fedora,
                    conda,
                } = package;
                write!(
                    formatter,
                    "{what} is missing: `apt install {debian}` on Debian and Ubuntu, `dnf install {fedora}` on Fedora, `{conda}` in conda"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests;
