//! What the table says of some policies that are known by heart.

use super::*;

fn names(libc: Libc, architecture: Architecture) -> Vec<String> {
    let policies = Policies::of(libc, architecture, None);
    let names = policies.all().iter().map(|policy| policy.name.clone());
    names.collect()
}

#[test]
fn each_machine_has_its_policies() {
    let x86 = names(Libc::Glibc, Architecture::X86_64);
    assert_eq!(x86.len(), 17);
    assert_eq!(x86[0], "linux_x86_64");
    assert_eq!(x86[1], "manylinux_2_41_x86_64");
    assert_eq!(x86[16], "manylinux_2_5_x86_64");
    for (architecture, highest) in [
        (Architecture::Aarch64, "manylinux_2_17_aarch64"),
        (Architecture::Armv7l, "manylinux_2_17_armv7l"),
        (Architecture::I686, "manylinux_2_5_i686"),
        (Architecture::Loongarch64, "manylinux_2_36_loongarch64"),
        (Architecture::Ppc64le, "manylinux_2_17_ppc64le"),
        (Architecture::Riscv64, "manylinux_2_31_riscv64"),
        (Architecture::S390x, "manylinux_2_17_s390x"),
    ] {
        let names = names(Libc::Glibc, architecture);
        assert_eq!(names.last().unwrap(), highest);
        assert_eq!(names[1], format!("manylinux_2_41_{}", architecture.name()));
    }
    assert_eq!(
        names(Libc::Glibc, Architecture::Ppc64),
        ["linux_ppc64", "manylinux_2_17_ppc64"]
    );
    assert_eq!(
        names(Libc::Musl, Architecture::X86_64),
        ["linux_x86_64", "musllinux_1_2_x86_64"]
    );
    let musl = Policies::of(Libc::Musl, Architecture::I686, Some("musllinux_1_1"));
    assert_eq!(musl.all()[1].name, "musllinux_1_1_i686");
    assert!(musl.all()[1].libraries.contains("libc.musl-x86.so.1"));
}

#[test]
fn versions_decide() {
    for (architecture, versions, tag) in [
        (Architecture::X86_64, &[][..], "manylinux_2_5_x86_64"),
        (Architecture::X86_64, &["GLIBC_2.2.5"], "manylinux1_x86_64"),
        (Architecture::X86_64, &["GLIBC_2.6"], "manylinux2010_x86_64"),
        (
            Architecture::X86_64,
            &["ZLIB_1.2.0"],
            "manylinux_2_12_x86_64",
        ),
        (
            Architecture::X86_64,
            &["GLIBC_2.17"],
            "manylinux2014_x86_64",
        ),
        (
            Architecture::X86_64,
            &["GLIBC_2.2.5", "GLIBCXX_3.4.25"],
            "manylinux_2_31_x86_64",
        ),
        (
            Architecture::X86_64,
            &["GLIBC_ABI_DT_RELR"],
            "manylinux_2_36_x86_64",
        ),
        (
            Architecture::Riscv64,
            &["GLIBC_ABI_DT_RELR"],
            "manylinux_2_38_riscv64",
        ),
        (Architecture::X86_64, &["GLIBC_2.42"], "linux_x86_64"),
        (Architecture::X86_64, &["GLIBC_PRIVATE"], "linux_x86_64"),
        // Of other libraries nothing is known.
        (
            Architecture::X86_64,
            &["OPENSSL_3.0.0"],
            "manylinux_2_5_x86_64",
        ),
        (
            Architecture::Aarch64,
            &["GLIBC_2.17"],
            "manylinux_2_17_aarch64",
        ),
        (
            Architecture::S390x,
            &["LIBATOMIC_1.0"],
            "manylinux_2_24_s390x",
        ),
    ] {
        let policies = Policies::of(Libc::Glibc, architecture, None);
        let versions: BTreeSet<&str> = versions.iter().copied().collect();
        let found = &policies.all()[policies.with_versions(&versions)];
        assert!(
            found.tags().any(|name| name == tag),
            "{versions:?}: {found:?}"
        );
    }
}

#[test]
fn each_policy_has_what_the_one_above_has() {
    for architecture in [
        Architecture::X86_64,
        Architecture::Ppc64le,
        Architecture::S390x,
    ] {
        let policies = Policies::of(Libc::Glibc, architecture, None);
        for pair in policies.all()[1..].windows(2) {
            let [lower, higher] = pair else { panic!() };
            assert!(lower.libraries.is_superset(&higher.libraries));
            for (kind, versions) in &higher.versions {
                assert!(lower.versions[kind].is_superset(versions));
            }
            for (library, symbols) in &lower.forbidden {
                assert!(higher.forbidden[library].is_superset(symbols));
            }
        }
        assert_eq!(policies.all()[1].libraries.len(), 24);
    }
}
