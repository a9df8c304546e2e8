//! Tests of this module's parent, `metadata_cache`.

use super::*;

fn metadata(name: &str) -> Arc<SlimMetadata> {
    Arc::new(SlimMetadata {
        name: name.to_owned(),
        requires_dist: vec!["a>=1".to_owned()],
        ..SlimMetadata::default()
    })
}

fn key(byte: u8) -> Key {
    [byte; 32]
}

#[test]
fn what_is_stored_is_found_by_the_next_client() {
    let folder = tempfile::tempdir().unwrap();
    let cache = MetadataCache::new(folder.path());
    assert_eq!(cache.load(&key(1)), None);
    cache.store(key(1), metadata("one"));
    assert_eq!(cache.load(&key(1)), Some(metadata("one")));
    cache.flush().unwrap();
    let other = MetadataCache::new(folder.path());
    assert_eq!(other.load(&key(1)), Some(metadata("one")));
    other.store(key(2), metadata("two"));
    other.flush().unwrap();
    cache.store(key(3), metadata("three"));
    cache.flush().unwrap();
    let third = MetadataCache::new(folder.path());
    for (number, name) in [(1, "one"), (2, "two"), (3, "three")] {
        assert_eq!(third.load(&key(number)), Some(metadata(name)));
    }
}

#[test]
fn a_torn_tail_is_ignored_and_mended() {
    let folder = tempfile::tempdir().unwrap();
    let cache = MetadataCache::new(folder.path());
    cache.store(key(1), metadata("one"));
    cache.store(key(2), metadata("two"));
    cache.flush().unwrap();
    let whole = std::fs::read(&cache.path).unwrap();
    for end in 0..whole.len() {
        std::fs::write(&cache.path, &whole[..end]).unwrap();
        let torn = MetadataCache::new(folder.path());
        assert_eq!(torn.load(&key(2)), None);
        let first = torn.load(&key(1));
        torn.store(key(3), metadata("three"));
        torn.flush().unwrap();
        let mended = MetadataCache::new(folder.path());
        assert_eq!(mended.load(&key(1)), first, "{end}");
        assert_eq!(mended.load(&key(3)), Some(metadata("three")), "{end}");
        assert!(!Segment::read(std::fs::read(&mended.path).unwrap()).is_damaged());
    }
}

#[test]
fn superseded_records_are_swept_out() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..10 {
        let cache = MetadataCache::new(folder.path());
        cache.load(&key(1));
        cache.store(key(1), metadata("one"));
        cache.flush().unwrap();
    }
    let path = MetadataCache::new(folder.path()).path;
    let segment = Segment::read(std::fs::read(path).unwrap());
    assert!(segment.superseded <= 3, "{}", segment.superseded);
}

#[test]
fn a_flipped_bit_costs_what_follows_it() {
    let mut bytes = MAGIC.to_vec();
    for number in 1..4 {
        push_record(&mut bytes, &key(number), &encode(&metadata("x")));
    }
    let all = Segment::read(bytes.clone());
    assert_eq!((all.len(), all.is_damaged()), (3, false));
    let second = all.records[&key(2)].start;
    bytes[second] ^= 1;
    let segment = Segment::read(bytes);
    assert_eq!((segment.len(), segment.is_damaged()), (1, true));
}

#[test]
fn one_project_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let forget = |name: &str| forget_metadata(folder.path(), &[name.parse().unwrap()]).unwrap();
    assert_eq!(forget("one"), 0);
    let cache = MetadataCache::new(folder.path());
    for (number, name) in [(1, "One.x"), (2, "two"), (3, "one-x"), (4, "four")] {
        cache.store(key(number), metadata(name));
    }
    cache.flush().unwrap();
    assert_eq!(forget("one-x"), 2);
    let after = MetadataCache::new(folder.path());
    let known = (1..5).map(|number| after.load(&key(number)).is_some());
    assert_eq!(known.collect::<Vec<_>>(), [false, true, false, true]);
}
