//! What Linux, macOS and the other Unix systems do in their own way: modes, symbolic links,
//! clones, and work below an open folder without following links.

use std::fs::{File, Metadata, Permissions};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;

const FOLDER: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::CLOEXEC);

pub(crate) fn symlink(target: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

pub(crate) fn set_executable(path: &Path) -> io::Result<()> {
    let mode = std::fs::metadata(path)?.permissions().mode();
    let executable = mode | ((mode & 0o444) >> 2);
    std::fs::set_permissions(path, Permissions::from_mode(executable))
}

pub(crate) fn set_owner_writable(path: &Path) -> io::Result<()> {
    let mode = std::fs::metadata(path)?.permissions().mode();
    std::fs::set_permissions(path, Permissions::from_mode(mode | 0o200))
}

pub(crate) fn is_executable(_path: &Path, metadata: &Metadata) -> bool {
    metadata.is_file() && metadata.permissions().mode() & 0o111 != 0
}

pub(crate) fn others_may_read(metadata: &Metadata) -> bool {
    metadata.permissions().mode() & 0o066 != 0
}

pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Makes `to` a copy of `from` that shares its blocks (`FICLONE`), with the same mode.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn clone_file(from: &Path, to: &Path) -> io::Result<()> {
    let source = File::open(from)?;
    let mode = source.metadata()?.permissions();
    let target = File::create_new(to)?;
    let cloned = rustix::fs::ioctl_ficlone(&target, &source)
        .map_err(io::Error::from)
        .and_then(|()| target.set_permissions(mode));
    if cloned.is_err() {
        std::fs::remove_file(to)?;
    }
    cloned
}

/// Makes `to` a copy of `from` that shares its blocks (`fclonefileat`), with the same mode.
#[cfg(target_vendor = "apple")]
pub(crate) fn clone_file(from: &Path, to: &Path) -> io::Result<()> {
    let source = File::open(from)?;
    rustix::fs::fclonefileat(
        &source,
        rustix::fs::CWD,
        to,
        rustix::fs::CloneFlags::empty(),
    )
    .map_err(io::Error::from)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
pub(crate) fn clone_file(_from: &Path, _to: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Unix takes every name that [`check_relative`](crate::check_relative) has let through.
pub(crate) fn name_fault(_step: &str) -> Option<&'static str> {
    None
}

/// Whether the system refused because a step was a link or a file, or led out of the root.
pub(crate) fn is_link_refusal(error: &io::Error) -> bool {
    let refusals = [Errno::LOOP, Errno::XDEV, Errno::NOTDIR, Errno::MLINK];
    error
        .raw_os_error()
        .is_some_and(|code| refusals.iter().any(|errno| errno.raw_os_error() == code))
}

/// An open folder; the paths of its methods have passed `check_relative`.
#[derive(Debug)]
pub(crate) struct FolderHandle {
    folder: OwnedFd,
}

impl FolderHandle {
    pub(crate) fn open(root: &Path) -> io::Result<Self> {
        let folder = rustix::fs::open(root, FOLDER, Mode::empty())?;
        Ok(Self { folder })
    }

    pub(crate) fn create_dir_all(&self, relative: &str) -> io::Result<()> {
        let mode = Mode::from_raw_mode(0o777);
        let (parent, name) = split(relative);
        let made = match self.folder_at(parent) {
            Ok(parent) => rustix::fs::mkdirat(parent.get(self), name, mode),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.create_dir_all(parent)?;
                let parent = self.folder_at(parent)?;
                rustix::fs::mkdirat(parent.get(self), name, mode)
            }
            Err(error) => return Err(error),
        };
        match made {
            Ok(()) => Ok(()),
            // A link to a folder is not a folder: this opens what is there without following.
            Err(Errno::EXIST) => self.folder_at(relative).map(drop),
            Err(errno) => Err(errno.into()),
        }
    }

    pub(crate) fn create_file(&self, relative: &str, executable: bool) -> io::Result<File> {
        let (parent, name) = split(relative);
        let parent = self.folder_at(parent)?;
        let mode = Mode::from_raw_mode(if executable { 0o777 } else { 0o666 });
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::openat(parent.get(self), name, flags, mode)?;
        Ok(file.into())
    }

    pub(crate) fn open_file(&self, relative: &str) -> io::Result<File> {
        let (parent, name) = split(relative);
        let parent = self.folder_at(parent)?;
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::openat(parent.get(self), name, flags, Mode::empty())?;
        Ok(file.into())
    }

    pub(crate) fn remove_file(&self, relative: &str) -> io::Result<()> {
        let (parent, name) = split(relative);
        let parent = self.folder_at(parent)?;
        Ok(rustix::fs::unlinkat(
            parent.get(self),
            name,
            AtFlags::empty(),
        )?)
    }

    pub(crate) fn remove_dir(&self, relative: &str) -> io::Result<()> {
        let (parent, name) = split(relative);
        let parent = self.folder_at(parent)?;
        Ok(rustix::fs::unlinkat(
            parent.get(self),
            name,
            AtFlags::REMOVEDIR,
        )?)
    }

    /// Opens a folder below the root without following a link; the empty path is the root.
    fn folder_at(&self, relative: &str) -> io::Result<Folder> {
        if relative.is_empty() {
            return Ok(Folder::Root);
        }
        #[cfg(any(target_os = "linux", target_os = "android"))]
        {
            use rustix::fs::ResolveFlags;
            let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
            let flags = FOLDER | OFlags::NOFOLLOW;
            match rustix::fs::openat2(&self.folder, relative, flags, Mode::empty(), resolve) {
                Ok(folder) => return Ok(Folder::Below(folder)),
                // Kernels before 5.6, and sandboxes that do not know the call.
                Err(Errno::NOSYS | Errno::PERM | Errno::AGAIN) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
        self.folder_by_steps(relative).map(Folder::Below)
    }

    /// Opens one step after the other, each without following a link.
    pub(crate) fn folder_by_steps(&self, relative: &str) -> io::Result<OwnedFd> {
        let flags = FOLDER | OFlags::NOFOLLOW;
        let mut steps = relative.split('/');
        let first = steps.next().unwrap_or(".");
        let mut folder = rustix::fs::openat(&self.folder, first, flags, Mode::empty())?;
        for step in steps {
            folder = rustix::fs::openat(&folder, step, flags, Mode::empty())?;
        }
        Ok(folder)
    }
}

/// The root itself, which is borrowed, or a folder below it.
enum Folder {
    Root,
    Below(OwnedFd),
}

impl Folder {
    fn get<'a>(&'a self, handle: &'a FolderHandle) -> &'a OwnedFd {
        match self {
            Self::Root => &handle.folder,
            Self::Below(folder) => folder,
        }
    }
}

fn split(relative: &str) -> (&str, &str) {
    relative.rsplit_once('/').unwrap_or(("", relative))
}
