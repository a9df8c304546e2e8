//! What is seen of the file systems: everything read-only, some of it hidden, the build's own
//! folders as they are.

use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags, open};
use rustix::mount::{
    MountFlags, MountPropagationFlags, MoveMountFlags, OpenTreeFlags, mount, mount_change,
    move_mount, open_tree,
};

use super::{Refusal, Trying as _, kernel};
use crate::plan::Plan;
use crate::sandbox::HOME_INSIDE;

/// The devices that programs need.
const DEVICES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];

/// The links of `/dev` that programs need.
const DEVICE_LINKS: [(&str, &str); 4] = [
    ("fd", "/proc/self/fd"),
    ("stdin", "/proc/self/fd/0"),
    ("stdout", "/proc/self/fd/1"),
    ("stderr", "/proc/self/fd/2"),
];

/// A place, and what becomes of it. They are done from the shallowest to the deepest, so that what
/// lies in another place is put into what that has become.
struct Place {
    path: PathBuf,
    becomes: Becomes,
}

enum Becomes {
    /// An empty folder in memory, or an empty file.
    Hidden,
    /// What was there.
    Kept(OwnedFd),
    /// A symbolic link to there.
    Link(PathBuf),
}

/// Arranges the mounts of this mount namespace.
pub(crate) fn arrange(plan: &Plan) -> Result<(), Refusal> {
    let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    mount_change("/", private).trying(|| "parting from the mounts of the system".to_owned())?;
    let places = places(plan)?;
    let devices = DEVICES.map(|name| open_tree(CWD, format!("/dev/{name}"), whole()).ok());
    let root = open("/", OFlags::PATH | OFlags::DIRECTORY, Mode::empty());
    let root = root.trying(|| "opening /".to_owned())?;
    kernel::make_read_only(root.as_fd())
        .trying(|| "making the file systems read-only".to_owned())?;
    make_devices(&devices).trying(|| "making /dev".to_owned())?;
    for place in places {
        let done = put(&place, plan);
        done.trying(|| format!("arranging `{}`", place.path.display()))?;
    }
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    mount("proc", "/proc", "proc", flags, None).trying(|| "mounting /proc".to_owned())?;
    super::processes::limit(&plan.limits)?;
    let proc = open("/proc", OFlags::PATH | OFlags::DIRECTORY, Mode::empty());
    let proc = proc.trying(|| "opening /proc".to_owned())?;
    kernel::make_read_only(proc.as_fd()).trying(|| "making /proc read-only".to_owned())?;
    // A build whose project lies at the temporary folder has it already.
    fs::create_dir_all(HOME_INSIDE).trying(|| "making a home".to_owned())
}

fn whole() -> OpenTreeFlags {
    OpenTreeFlags::OPEN_TREE_CLONE
        | OpenTreeFlags::OPEN_TREE_CLOEXEC
        | OpenTreeFlags::AT_RECURSIVE
        | OpenTreeFlags::AT_SYMLINK_NOFOLLOW
}

/// All places in the order in which they are done. What is kept is opened now, while it is there and
/// as it is.
fn places(plan: &Plan) -> Result<Vec<Place>, Refusal> {
    let hidden = plan.hidden.iter().filter(|path| path.parent().is_some());
    let mut places: Vec<Place> = hidden
        .map(|path| Place {
            path: path.clone(),
            becomes: Becomes::Hidden,
        })
        .collect();
    for (paths, is_writable) in [(&plan.writable, true), (&plan.readable, false)] {
        for path in paths.iter().filter(|path| path.parent().is_some()) {
            let kept = kept(path, is_writable);
            let kept = kept.trying(|| format!("opening `{}`", path.display()))?;
            places.extend(kept.map(|becomes| Place {
                path: path.clone(),
                becomes,
            }));
        }
    }
    // A stable sort: of the same place, hidden comes first, what may only be read last.
    places.sort_by_key(|place| place.path.components().count());
    Ok(places)
}

/// What is there; nothing when nothing is.
fn kept(path: &Path, is_writable: bool) -> io::Result<Option<Becomes>> {
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if metadata.is_symlink() {
        return Ok(Some(Becomes::Link(fs::read_link(path)?)));
    }
    let tree = open_tree(CWD, path, whole())?;
    if !is_writable {
        kernel::make_read_only(tree.as_fd())?;
    }
    Ok(Some(Becomes::Kept(tree)))
}

fn put(place: &Place, plan: &Plan) -> io::Result<()> {
    let path = &place.path;
    match &place.becomes {
        Becomes::Hidden if path.is_dir() => {
            let size = plan.limits.memory_bytes;
            mount_memory(
                path,
                if path == Path::new("/tmp") {
                    size
                } else {
                    16 << 20
                },
            )
        }
        Becomes::Hidden if fs::symlink_metadata(path).is_err() => Ok(()),
        Becomes::Hidden => attach(&open_tree(CWD, "/dev/null", whole())?, path),
        Becomes::Kept(tree) => {
            if fs::symlink_metadata(path).is_err() {
                make_place_for(tree, path)?;
            }
            attach(tree, path)
        }
        Becomes::Link(target) => {
            if fs::symlink_metadata(path).is_ok() {
                return Ok(());
            }
            make_parent(path)?;
            symlink(target, path)
        }
    }
}

/// Where a tree can be attached: a folder for a folder, a file for a file.
fn make_place_for(tree: &OwnedFd, path: &Path) -> io::Result<()> {
    make_parent(path)?;
    let metadata = rustix::fs::fstat(tree)?;
    if rustix::fs::FileType::from_raw_mode(metadata.st_mode).is_dir() {
        return fs::create_dir(path);
    }
    File::create(path).map(drop)
}

fn make_parent(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)
}

fn attach(tree: &OwnedFd, path: &Path) -> io::Result<()> {
    Ok(move_mount(
        tree,
        c"",
        CWD,
        path,
        MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH,
    )?)
}

/// An empty folder in memory that holds as many bytes.
fn mount_memory(path: &Path, bytes: u64) -> io::Result<()> {
    let options = format!("size={bytes},nr_inodes=1m,mode=755");
    let options = std::ffi::CString::new(options).map_err(io::Error::other)?;
    let flags = MountFlags::NOSUID | MountFlags::NODEV;
    Ok(mount("tmpfs", path, "tmpfs", flags, options.as_c_str())?)
}

fn make_devices(devices: &[Option<OwnedFd>]) -> io::Result<()> {
    let folder = Path::new("/dev");
    mount_memory(folder, 256 << 20)?;
    for (name, device) in DEVICES.iter().zip(devices) {
        let Some(device) = device else { continue };
        let path = folder.join(name);
        File::create(&path)?;
        attach(device, &path)?;
    }
    for (name, target) in DEVICE_LINKS {
        symlink(target, folder.join(name))?;
    }
    fs::create_dir(folder.join("shm"))
}
