//! Finds the processes that have a file open or mapped (`FileProcessIdsUsingFileInformation`).
//!
//! The Restart Manager uses the same query. When the query is made directly, it takes a handle, so
//! a file that replaces this one in the meantime is not mistaken for it, and nothing is written to
//! the registry. The query does not report how a process uses the file.
#![allow(unsafe_code)]

use std::os::windows::io::{FromRawHandle, OwnedHandle};

use windows_sys::Wdk::Storage::FileSystem::{FileProcessIdsUsingFileInformation, NtQueryInformationFile};
use windows_sys::Win32::Foundation::STATUS_INFO_LENGTH_MISMATCH;
use windows_sys::Win32::System::IO::IO_STATUS_BLOCK;
use windows_sys::Win32::System::ProcessStatus::K32EnumProcesses;
use windows_sys::Win32::System::Threading::{
    OpenProcess, PROCESS_NAME_WIN32, PROCESS_QUERY_LIMITED_INFORMATION, QueryFullProcessImageNameW,
};

use super::handle::{AsFd, BorrowedFd, raw};
use super::names::OsStringExt as _;
use crate::os::file_users::{Coverage, FileUser, Identity, ProcessScan, SoughtFile};
use crate::os::posix::Errno;

/// The maximum number of processes to find.
const MAX_PROCESSES: usize = 1 << 20;

impl<'a> SoughtFile<'a> {
    /// Returns a filter for the open file. Without a file, its users are unknown.
    pub fn new(reported: Identity, file: Option<BorrowedFd<'a>>) -> SoughtFile<'a> {
        SoughtFile { reported, mapped: reported, file }
    }
}

/// Finds the processes that use any of `files`, except this process.
///
/// # Errors
/// Returns `ENOSYS` if the number of processes is unknown.
pub fn scan(files: &[SoughtFile<'_>]) -> Result<ProcessScan, Errno> {
    let file_users = files.iter().map(|file| file.file.and_then(users)).collect();
    let inspected = processes().ok_or(Errno::NOSYS)?.saturating_sub(1);
    Ok(ProcessScan { file_users, coverage: Coverage { inspected, denied: 0 } })
}

/// Returns the users of one file, or `None` if its file system cannot report them.
fn users(file: BorrowedFd<'_>) -> Option<Vec<FileUser>> {
    let mut pids = process_ids(file)?;
    let own = std::process::id();
    pids.retain(|&pid| pid != own);
    pids.sort_unstable();
    pids.dedup();
    let user = |pid| FileUser { pid, command: command(pid), mappings: Vec::new(), descriptors: Vec::new() };
    Some(pids.into_iter().map(user).collect())
}

/// Returns the IDs of the processes that use the file.
fn process_ids(file: BorrowedFd<'_>) -> Option<Vec<u32>> {
    // The struct is a count, padded to the size of a pointer, then that many IDs of this size.
    let mut buffer = vec![0_usize; 64];
    loop {
        let mut status = IO_STATUS_BLOCK::default();
        // SAFETY: the buffer has the length that is passed and the alignment of the struct.
        let result = unsafe {
            NtQueryInformationFile(
                raw(file),
                &raw mut status,
                buffer.as_mut_ptr().cast(),
                size_of_val(&*buffer) as u32,
                FileProcessIdsUsingFileInformation,
            )
        };
        match result {
            0.. => break,
            STATUS_INFO_LENGTH_MISMATCH if buffer.len() < MAX_PROCESSES => buffer.resize(buffer.len() * 4, 0),
            _ => return None,
        }
    }
    let (&count, ids) = buffer.split_first()?;
    // Only the lower half of the first word is the count.
    let count = (count as u32 as usize).min(ids.len());
    ids[..count].iter().map(|&id| u32::try_from(id).ok()).collect()
}

/// Returns the file name of a process's program, without its folder and its extension; empty if it
/// is unknown.
fn command(pid: u32) -> Vec<u8> {
    let mut path = [0_u16; 1024];
    let mut length = path.len() as u32;
    // SAFETY: the call takes plain numbers, and a handle that is not null is new. The buffer has
    // the length that is passed.
    let done = unsafe {
        let process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, pid);
        if process.is_null() {
            return Vec::new();
        }
        let process = OwnedHandle::from_raw_handle(process);
        QueryFullProcessImageNameW(raw(process.as_fd()), PROCESS_NAME_WIN32, path.as_mut_ptr(), &raw mut length)
    };
    let path: std::ffi::OsString = std::os::windows::ffi::OsStringExt::from_wide(&path[..length as usize]);
    let stem = std::path::Path::new(&path).file_stem().filter(|_| done != 0);
    stem.map_or_else(Vec::new, |stem| stem.to_owned().into_vec())
}

/// Returns the number of processes.
fn processes() -> Option<usize> {
    let mut ids = vec![0_u32; 1024];
    loop {
        let (room, mut bytes) = (size_of_val(&*ids) as u32, 0);
        // SAFETY: the buffer has the length that is passed.
        if unsafe { K32EnumProcesses(ids.as_mut_ptr(), room, &raw mut bytes) } == 0 {
            return None;
        }
        if bytes < room || ids.len() >= MAX_PROCESSES {
            return Some(bytes as usize / size_of::<u32>());
        }
        ids.resize(ids.len() * 4, 0);
    }
}
