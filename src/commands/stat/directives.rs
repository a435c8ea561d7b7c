//! The value of each directive of GNU stat, for a file and for a file system.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::facts::{FileFacts, FileTime};
use super::filesystem;
use super::format::Values;
use super::quoting::{QuotingStyle, quote};
use super::value::Value;
use crate::app::config::Config;
use crate::os::Status;
use crate::os::Volume;
use crate::os::context::has_selinux;
use crate::os::error_text;
use crate::os::posix::{FileType, OsStrExt};

/// The directives for a file. A directive that fails prints `?` and adds a message to `errors`.
pub struct FileValues<'a> {
    facts: &'a FileFacts,
    style: QuotingStyle,
    /// One message for each directive that failed, without the file's name.
    pub errors: Vec<String>,
}

impl<'a> FileValues<'a> {
    /// Returns the directives for a file whose name is quoted in `style`.
    pub fn new(facts: &'a FileFacts, style: QuotingStyle) -> Self {
        FileValues { facts, style, errors: Vec::new() }
    }

    fn quoted_name(&mut self) -> Value {
        let facts = self.facts;
        let name = quote(&facts.name, self.style);
        if facts.kind() != FileType::Symlink {
            return Value::Text(name);
        }
        match facts.target() {
            Ok(target) => Value::Link(name, quote(&target, self.style)),
            Err(errno) => {
                self.errors.push(format!("cannot read symbolic link: {}", error_text(&errno.into())));
                Value::Text(name)
            }
        }
    }

    fn context(&mut self) -> Value {
        Value::Text(self.facts.context().unwrap_or_else(|errno| {
            self.errors.push(format!("failed to get security context: {}", error_text(&errno.into())));
            b"?".to_vec()
        }))
    }

    fn mount_point(&mut self) -> Value {
        match mount_point(self.facts) {
            Ok(path) => Value::Text(path.as_os_str().as_bytes().to_vec()),
            Err(error) => {
                self.errors.push(format!("cannot find the mount point: {error}"));
                Value::Text(b"?".to_vec())
            }
        }
    }
}

/// Returns whether `%H` and `%L` before `code` select major and minor numbers in formats for files.
pub fn file_splits(code: u8) -> bool {
    matches!(code, b'd' | b'r')
}

impl Values for FileValues<'_> {
    fn splits(&self, code: u8) -> bool {
        file_splits(code)
    }

    fn value(&mut self, modifier: Option<u8>, code: u8) -> Option<Value> {
        let facts = self.facts;
        let inode = &facts.inode;
        let words = |words: &str| Value::Text(words.into());
        let name = |name: Option<Vec<u8>>| Value::Text(name.unwrap_or_else(|| b"UNKNOWN".to_vec()));
        let seconds = |time: FileTime| Value::Seconds(time.seconds, time.nanoseconds);
        Some(match (modifier, code) {
            (Some(b'H'), b'd') => Value::Unsigned(inode.stx_dev_major.into()),
            (Some(b'L'), b'd') => Value::Unsigned(inode.stx_dev_minor.into()),
            (Some(b'H'), b'r') => Value::Unsigned(inode.stx_rdev_major.into()),
            (Some(b'L'), b'r') => Value::Unsigned(inode.stx_rdev_minor.into()),
            (_, b'a') => Value::Octal(u64::from(inode.stx_mode) & 0o7777),
            (_, b'A') => words(&facts.mode_text()),
            (_, b'b') => Value::Unsigned(inode.stx_blocks),
            (_, b'B') => Value::Unsigned(512),
            (_, b'C') => self.context(),
            (_, b'd') => Value::Unsigned(facts.device()),
            (_, b'D') => Value::Hex(facts.device()),
            (_, b'f') => Value::Hex(inode.stx_mode.into()),
            (_, b'F') => words(facts.kind_text()),
            (_, b'g') => Value::Unsigned(inode.stx_gid.into()),
            (_, b'G') => name(facts.group()),
            (_, b'h') => Value::Unsigned(inode.stx_nlink.into()),
            (_, b'i') => Value::Unsigned(inode.stx_ino),
            (_, b'm') => self.mount_point(),
            (_, b'n') => Value::Text(facts.name.clone()),
            (_, b'N') => self.quoted_name(),
            (_, b'o') => Value::Unsigned(inode.stx_blksize.into()),
            (_, b's') => Value::Signed(inode.stx_size as i64),
            (_, b'r') => Value::Unsigned(facts.special_device()),
            (_, b'R') => Value::Hex(facts.special_device()),
            (_, b't') => Value::Hex(inode.stx_rdev_major.into()),
            (_, b'T') => Value::Hex(inode.stx_rdev_minor.into()),
            (_, b'u') => Value::Unsigned(inode.stx_uid.into()),
            (_, b'U') => name(facts.owner()),
            (_, b'w') => words(&facts.birth().map_or_else(|| "-".to_owned(), FileTime::text)),
            (_, b'W') => facts.birth().map_or(Value::Seconds(0, 0), seconds),
            (_, b'x') => words(&FileTime::from(inode.stx_atime).text()),
            (_, b'X') => seconds(inode.stx_atime.into()),
            (_, b'y') => words(&FileTime::from(inode.stx_mtime).text()),
            (_, b'Y') => seconds(inode.stx_mtime.into()),
            (_, b'z') => words(&FileTime::from(inode.stx_ctime).text()),
            (_, b'Z') => seconds(inode.stx_ctime.into()),
            _ => return None,
        })
    }
}

/// Returns the mount point of the file's file system: the topmost directory on the same device.
///
/// # Errors
/// Returns an error if a directory on the path cannot be inspected.
pub fn mount_point(facts: &FileFacts) -> std::io::Result<PathBuf> {
    let path = Path::new(OsStr::from_bytes(&facts.name));
    let is_link = facts.kind() == FileType::Symlink;
    // A followed link has the mount point of its target; any other link has its own.
    let path = if is_link { path.to_owned() } else { path.canonicalize()? };
    let mut directory = if facts.kind() == FileType::Directory {
        path
    } else {
        match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.canonicalize()?,
            _ => Path::new(".").canonicalize()?,
        }
    };
    let mut here = Status::named(directory.as_os_str())?;
    while let Some(parent) = directory.parent() {
        let above = Status::named(parent.as_os_str())?;
        if above.device != here.device || above.inode == here.inode {
            break;
        }
        directory.pop();
        here = above;
    }
    Ok(directory)
}

/// The directives for a file system.
pub struct FilesystemValues<'a> {
    name: &'a [u8],
    facts: &'a Volume,
}

impl<'a> FilesystemValues<'a> {
    /// Returns the directives for the file system that contains `name`.
    pub fn new(name: &'a [u8], facts: &'a Volume) -> Self {
        FilesystemValues { name, facts }
    }
}

impl Values for FilesystemValues<'_> {
    fn splits(&self, _code: u8) -> bool {
        false
    }

    fn value(&mut self, _modifier: Option<u8>, code: u8) -> Option<Value> {
        let facts = self.facts;
        Some(match code {
            b'a' => Value::Signed(facts.available_blocks as i64),
            b'b' => Value::Signed(facts.blocks as i64),
            b'c' => Value::Unsigned(facts.inodes),
            b'd' => Value::Signed(facts.free_inodes as i64),
            b'f' => Value::Signed(facts.free_blocks as i64),
            b'i' => Value::Hex(filesystem_id(facts)),
            b'l' => Value::Unsigned(facts.name_length),
            b'n' => Value::Text(self.name.to_vec()),
            b's' => Value::Unsigned(facts.block_size),
            b'S' => Value::Unsigned(facts.fundamental_block_size),
            b't' => Value::Hex(facts.magic.unwrap_or(0)),
            b'T' => Value::Text(filesystem::kind(facts.magic).into_bytes()),
            _ => return None,
        })
    }
}

/// Returns the ID of a file system. `statvfs` combines its two words in the opposite order from GNU
/// stat.
pub fn filesystem_id(facts: &Volume) -> u64 {
    facts.id.rotate_left(32)
}

/// Returns GNU stat's terse format for files, with the context at the end if SELinux is enabled.
pub fn terse() -> String {
    let context = if has_selinux() { " %C" } else { "" };
    format!("%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o{context}")
}

/// GNU stat's terse format for file systems.
pub const TERSE_FILESYSTEM: &str = "%n %i %l %t %s %S %b %f %a %c %d";

/// Returns GNU stat's block format for a file.
pub fn block_format(device: bool, context: bool) -> String {
    let special = if device { "%-5h Device type: %Hr,%Lr" } else { "%h" };
    let context = if context { "Context: %C\n" } else { "" };
    format!(
        "  File: %N\n\
         \x20 Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\n\
         Device: %Hd,%Ld\tInode: %-10i  Links: {special}\n\
         Access: (%04a/%10.10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\n\
         {context}Access: %x\nModify: %y\nChange: %z\n Birth: %w"
    )
}

/// GNU stat's block format for a file system.
pub const FILESYSTEM_BLOCK: &str = "  File: \"%n\"\n\
    \x20   ID: %-8i Namelen: %-7l Type: %T\n\
    Block size: %-10s Fundamental block size: %S\n\
    Blocks: Total: %-10b Free: %-10f Available: %a\n\
    Inodes: Total: %-10c Free: %d";

/// Returns the quoting style for `format`, and a warning if `QUOTING_STYLE` is not a known style.
///
/// GNU stat checks the environment only if the format contains `%N` literally, so names in `%-N`
/// and in the default view are unquoted.
pub fn style(format: &[u8], config: &Config) -> (QuotingStyle, Option<String>) {
    if !format.windows(2).any(|pair| pair == b"%N") {
        return (QuotingStyle::Literal, None);
    }
    let value = config.variable_os("QUOTING_STYLE");
    match QuotingStyle::from_environment(value.as_deref().map(OsStr::as_bytes)) {
        Ok(style) => (style, None),
        Err(value) => {
            let value = String::from_utf8_lossy(&quote(value.as_bytes(), QuotingStyle::Locale)).into_owned();
            let warning = format!("ignoring invalid value of environment variable QUOTING_STYLE: {value}");
            (QuotingStyle::ShellEscapeAlways, Some(warning))
        }
    }
}
