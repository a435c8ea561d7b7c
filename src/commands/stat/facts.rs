//! The kernel's facts about one file: its inode, as returned by `statx`, and derived values.

use std::ffi::OsStr;

use crate::io::path::with_short_path;
use crate::os::context::context;
use crate::os::posix::{Errno, FileType, OsStrExt, read_link, stdin, type_of_mode};
use crate::os::{Freshness, Statx, StatxFlags, StatxTimestamp, accounts, device_number, inode, was_closed};

/// The options of a query for a file's facts.
#[derive(Debug, Clone, Copy)]
pub struct FactsQuery {
    /// Whether to follow a symbolic link to its target.
    pub follow: bool,
    /// Whether a network file system may answer from its cache.
    pub freshness: Freshness,
}

/// A file named by the user, and the facts of its inode.
#[derive(Debug)]
pub struct FileFacts {
    /// The name as the user gave it; `-` is standard input.
    pub name: Vec<u8>,
    /// Whether links were followed.
    pub follow: bool,
    /// The inode's facts from the kernel.
    pub inode: Statx,
}

/// A point in time: seconds since 1970 and nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileTime {
    /// Seconds, negative before 1970.
    pub seconds: i64,
    /// Nanoseconds after that second.
    pub nanoseconds: u32,
}

impl FileFacts {
    /// Queries the facts of `name` without opening it, so that no FIFO blocks and no device is
    /// triggered.
    ///
    /// # Errors
    /// Returns the error from `statx`.
    pub fn of(name: &[u8], query: FactsQuery) -> Result<FileFacts, Errno> {
        let FactsQuery { follow, freshness } = query;
        let inode = match name {
            b"-" if was_closed(0) => return Err(Errno::BADF),
            b"-" => inode(stdin(), OsStr::new(""), follow, freshness)?,
            // An empty path would refer to the directory itself.
            b"" => return Err(Errno::NOENT),
            name => with_short_path(OsStr::from_bytes(name), |from, path| inode(from, path, follow, freshness))?,
        };
        Ok(FileFacts { name: name.to_vec(), follow: query.follow, inode })
    }

    /// Returns whether the user named standard input.
    pub fn is_stdin(&self) -> bool {
        self.name == b"-"
    }

    /// Returns the time at which a regular file was last modified.
    pub fn modified(&self) -> Option<jiff::Timestamp> {
        let time = self.inode.stx_mtime;
        let time = jiff::Timestamp::new(time.tv_sec, i32::try_from(time.tv_nsec).ok()?).ok()?;
        Some(time).filter(|_| self.kind() == FileType::RegularFile)
    }

    /// Returns the file type.
    pub fn kind(&self) -> FileType {
        type_of_mode(u32::from(self.inode.stx_mode))
    }

    /// Returns the file type in GNU stat's words.
    pub fn kind_text(&self) -> &'static str {
        match self.kind() {
            FileType::RegularFile if self.inode.stx_size == 0 => "regular empty file",
            FileType::RegularFile => "regular file",
            FileType::Directory => "directory",
            FileType::Symlink => "symbolic link",
            FileType::BlockDevice => "block special file",
            FileType::CharacterDevice => "character special file",
            FileType::Fifo => "fifo",
            FileType::Socket => "socket",
            _ => "weird file",
        }
    }

    /// Returns the file type and permissions as `ls -l` writes them.
    pub fn mode_text(&self) -> String {
        mode_text(u32::from(self.inode.stx_mode))
    }

    /// Returns the number of the device that the file is on.
    pub fn device(&self) -> u64 {
        device_number(self.inode.stx_dev_major, self.inode.stx_dev_minor)
    }

    /// Returns the number of the device that the file represents, or 0.
    pub fn special_device(&self) -> u64 {
        device_number(self.inode.stx_rdev_major, self.inode.stx_rdev_minor)
    }

    /// Returns the name of the owner, if there is one.
    pub fn owner(&self) -> Option<Vec<u8>> {
        accounts::user_name(self.inode.stx_uid)
    }

    /// Returns the name of the group, if there is one.
    pub fn group(&self) -> Option<Vec<u8>> {
        accounts::group_name(self.inode.stx_gid)
    }

    /// Returns the birth time, if the file system records it.
    pub fn birth(&self) -> Option<FileTime> {
        (self.inode.stx_mask & StatxFlags::BTIME.bits() != 0).then(|| FileTime::from(self.inode.stx_btime))
    }

    /// Returns the target of a symbolic link.
    ///
    /// # Errors
    /// Returns the error from `readlink`.
    pub fn target(&self) -> Result<Vec<u8>, Errno> {
        with_short_path(OsStr::from_bytes(&self.name), |from, path| read_link(from, path))
    }

    /// Returns the SELinux context without its trailing NUL.
    ///
    /// # Errors
    /// Returns `ENODATA` if the file has no context, or any other error from the call.
    pub fn context(&self) -> Result<Vec<u8>, Errno> {
        context((!self.is_stdin()).then_some(OsStr::from_bytes(&self.name)), self.follow)
    }
}

impl From<StatxTimestamp> for FileTime {
    fn from(time: StatxTimestamp) -> FileTime {
        FileTime { seconds: time.tv_sec, nanoseconds: time.tv_nsec }
    }
}

impl FileTime {
    /// Formats the time as GNU stat does: in local time, with nanoseconds and the time zone.
    pub fn text(self) -> String {
        let FileTime { seconds, nanoseconds } = self;
        let Some(local) = accounts::local_time(seconds) else {
            return format!("{seconds}.{nanoseconds:09}");
        };
        let sign = if local.offset < 0 { '-' } else { '+' };
        let minutes = local.offset.abs() / 60;
        format!(
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{nanoseconds:09} {sign}{:02}{:02}",
            local.year,
            local.month,
            local.day,
            local.hour,
            local.minute,
            local.second,
            minutes / 60,
            minutes % 60
        )
    }
}

/// Formats a mode as `ls -l` does: the type and nine permissions, with the set-id and sticky bits
/// in the execute positions.
pub fn mode_text(mode: u32) -> String {
    let kind = match type_of_mode(mode) {
        FileType::RegularFile => '-',
        FileType::Directory => 'd',
        FileType::Symlink => 'l',
        FileType::BlockDevice => 'b',
        FileType::CharacterDevice => 'c',
        FileType::Fifo => 'p',
        FileType::Socket => 's',
        _ => '?',
    };
    let mut text = String::from(kind);
    for (shift, special, letter) in [(6, 0o4000, 's'), (3, 0o2000, 's'), (0, 0o1000, 't')] {
        let bits = mode >> shift;
        text.push(if bits & 4 != 0 { 'r' } else { '-' });
        text.push(if bits & 2 != 0 { 'w' } else { '-' });
        text.push(match (bits & 1 != 0, mode & special != 0) {
            (true, false) => 'x',
            (false, false) => '-',
            (true, true) => letter,
            (false, true) => letter.to_ascii_uppercase(),
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes() {
        assert_eq!(mode_text(0o100_644), "-rw-r--r--");
        assert_eq!(mode_text(0o041_777), "drwxrwxrwt");
        assert_eq!(mode_text(0o104_755), "-rwsr-xr-x");
        assert_eq!(mode_text(0o107_000), "---S--S--T");
    }
}
