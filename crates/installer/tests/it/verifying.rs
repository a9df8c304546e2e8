//! Damage in the store: each kind is seen, mended or removed, and the next installation works.

use std::ops::ControlFlow;
use std::path::Path;

use tilsit_installer::StoredWheel;
use tilsit_installer::verify::{Verified, verify};

use crate::world::World;

const FILES: &[(&str, &str, bool)] = &[
    ("demo/__init__.py", "x = 1\n", false),
    ("demo/sub/a.py", "y = 2\n", false),
    ("demo/data.bin", "0123456789", false),
    ("DATA/scripts/tool", "#!python\n", false),
];

fn run(world: &World) -> Verified {
    let cache = world.folder.path().join("cache");
    let verified = verify(&cache, &mut |_| ControlFlow::Continue(())).expect("the step works");
    verified.expect("nobody stopped it")
}

fn change(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = tilsit_files::read(path).expect("the step works");
    tilsit_files::remove_file(path).expect("the step works");
    change(&mut bytes);
    tilsit_files::write(path, bytes).expect("the step works");
}

/// Every way to damage an entry that its own content does not survive.
fn damages(stored: &StoredWheel) -> Vec<(String, Box<dyn Fn()>)> {
    let mut damages: Vec<(String, Box<dyn Fn()>)> = Vec::new();
    let manifest = stored.entry().join("manifest");
    let size = tilsit_files::read(&manifest).expect("the step works").len();
    for at in (0..size).step_by(size / 20) {
        let path = manifest.clone();
        let flip = move || change(&path, |bytes| bytes[at] ^= 4);
        damages.push((format!("manifest flipped at {at}"), Box::new(flip)));
        let path = manifest.clone();
        let cut = move || change(&path, |bytes| bytes.truncate(at));
        damages.push((format!("manifest cut at {at}"), Box::new(cut)));
    }
    let path = manifest;
    let gone = move || tilsit_files::remove_file(&path).expect("the step works");
    damages.push(("manifest gone".to_owned(), Box::new(gone)));
    for file in &stored.manifest.files {
        let path = stored.tree.join(&file.path);
        let one = path.clone();
        let flip = move || change(&one, |bytes| bytes[0] ^= 1);
        damages.push((format!("{} flipped", file.path), Box::new(flip)));
        let one = path.clone();
        let cut = move || change(&one, |bytes| bytes.truncate(1));
        damages.push((format!("{} cut", file.path), Box::new(cut)));
        let one = path.clone();
        let gone = move || tilsit_files::remove_file(&one).expect("the step works");
        damages.push((format!("{} gone", file.path), Box::new(gone)));
        let link = move || {
            tilsit_files::remove_file(&path).expect("the step works");
            tilsit_files::symlink("/etc/passwd", &path).expect("the step works");
        };
        damages.push((format!("{} a link", file.path), Box::new(link)));
    }
    damages
}

#[test]
fn every_damage_is_found_and_made_good() {
    let Some(world) = World::new() else { return };
    let wheel = world.make_wheel("demo", "1", FILES, |_| ());
    let key = tilsit_installer::store::sha256_of(&wheel).unwrap();
    let stored = world.store.add(&wheel, &key).unwrap();
    assert_eq!(run(&world).removed, []);
    let damages = damages(&stored);
    assert!(damages.len() >= 50, "{}", damages.len());
    for (name, damage) in damages {
        damage();
        let verified = run(&world);
        assert_eq!(verified.removed.len(), 1, "{name}");
        assert!(world.store.find(&key).unwrap().is_none(), "{name}");
        world.store.add(&wheel, &key).unwrap();
        let verified = run(&world);
        assert!(verified.removed.is_empty() && verified.bytes > 0, "{name}");
    }
}

#[test]
fn what_was_added_is_taken_away() {
    let Some(world) = World::new() else { return };
    let stored = world.wheel("demo", "1", FILES).stored;
    let added = stored.tree.join("demo/evil.py");
    tilsit_files::write(&added, "").unwrap();
    let verified = run(&world);
    assert_eq!(
        verified.mended[0].reason,
        "`demo/evil.py` is no part of the wheel"
    );
    assert_eq!(verified.mended[0].release.as_deref(), Some("demo 1"));
    assert!(!added.exists());
    assert_eq!(run(&world).mended, []);
}

#[test]
fn compiled_modules_are_made_once_and_checked() {
    let Some(world) = World::new() else { return };
    let broken = ("demo/template.py", "{{ no python }}", false);
    let files = [FILES, &[broken]].concat();
    let mut wheel = world.wheel("demo", "1", &files);
    let interpreter = world.environment.interpreter();
    let stored = [wheel.stored.clone()];
    let compile = || {
        let go_on = &mut |_: &StoredWheel| ControlFlow::Continue(());
        tilsit_installer::compile(&stored, interpreter, go_on)
            .unwrap()
            .remove(0)
    };
    let compiled = compile();
    assert_eq!(compiled.files.len(), 2);
    let first = stored[0].tree.join(&compiled.files[0].path);
    let time = tilsit_files::metadata(&first).unwrap().modified().unwrap();
    assert_eq!(compile(), compiled);
    assert_eq!(
        tilsit_files::metadata(&first).unwrap().modified().unwrap(),
        time
    );
    assert_eq!(run(&world).mended, []);
    // They are placed, belong to the distribution, and Python takes them.
    wheel.compiled = Some(compiled);
    world.apply(&world.plan(&[wheel])).unwrap();
    let code = "import demo.sub.a as a, sys; print(a.__cached__, a.__spec__.loader.get_code('demo.sub.a').co_filename)";
    let output = std::process::Command::new(interpreter.executable())
        .args(["-v", "-B", "-c", code])
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(
        log.contains("matches") && log.contains("site-packages/demo/sub/__pycache__"),
        "{log}"
    );
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        printed.trim_end().ends_with("site-packages/demo/sub/a.py"),
        "{printed}"
    );
    world.apply(&world.plan_uninstall()).unwrap();
    assert_eq!(tilsit_files::read_dir(world.site_packages()).unwrap(), []);
    // Damage is taken away, and made good by the next compilation.
    change(&first, |bytes| bytes[40] ^= 1);
    assert_eq!(run(&world).mended.len(), 1);
    assert_eq!(compile().files.len(), 2);
    assert_eq!(run(&world).mended, []);
}
