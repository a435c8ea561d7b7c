//! Recognises files on local disks.
#![allow(unsafe_code)]

use windows_sys::Win32::Storage::FileSystem::{FILE_REMOTE_PROTOCOL_INFO, FileRemoteProtocolInfo};

use super::handle::BorrowedFd;
use super::information::information;
use crate::os::FileSystem;

/// Returns the file system of a file. Only a file on a network has a remote protocol.
pub fn identify(file: BorrowedFd<'_>, _: u64) -> FileSystem {
    // SAFETY: `FILE_REMOTE_PROTOCOL_INFO` is the struct that this class fills.
    let remote: Option<FILE_REMOTE_PROTOCOL_INFO> = unsafe { information(file, FileRemoteProtocolInfo) };
    if remote.is_some() { FileSystem::Network } else { FileSystem::Local }
}
