//! The handler of in-page errors: a page that the disk does not give becomes a recorded fault instead
//! of a death.
//!
//! Windows does not let a file be cut while a view of it exists, so what is left are disks, networks
//! and removed devices that fail. The handler looks the address up in the table of live windows,
//! notes the fault, and puts zero pages in the place of the view; the engine then reads the block
//! again. An exception elsewhere goes on to the next handler.
#![allow(unsafe_code)]

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use windows_sys::Win32::Foundation::{EXCEPTION_ACCESS_VIOLATION, EXCEPTION_IN_PAGE_ERROR};
use windows_sys::Win32::System::Diagnostics::Debug::{
    AddVectoredExceptionHandler, EXCEPTION_CONTINUE_EXECUTION, EXCEPTION_CONTINUE_SEARCH, EXCEPTION_POINTERS,
};
use windows_sys::Win32::System::Memory::{
    MEM_COMMIT, MEM_PRIVATE, MEM_RESERVE, MEMORY_BASIC_INFORMATION, MEMORY_MAPPED_VIEW_ADDRESS, PAGE_READWRITE,
    UnmapViewOfFile, VirtualAlloc, VirtualQuery,
};

use crate::os::fault_table::TABLE;

/// Set while a handler replaces a view; others wait for it, as their address may belong to that view.
static REPLACING: AtomicBool = AtomicBool::new(false);

/// Handles in-page errors from now on, and prepares the console for what will be written to it.
pub fn install_sigbus_handler() {
    super::console::prepare();
    install();
}

pub(in crate::os) fn install() {
    static ONCE: Once = Once::new();
    // SAFETY: the handler is a function that lives as long as the program and takes no lock but its own.
    ONCE.call_once(|| unsafe {
        AddVectoredExceptionHandler(1, Some(on_exception));
    });
}

unsafe extern "system" fn on_exception(exception: *mut EXCEPTION_POINTERS) -> i32 {
    // SAFETY: the system passes valid pointers that live until the handler returns.
    let record = unsafe { &*(*exception).ExceptionRecord };
    let is_ours = matches!(record.ExceptionCode, EXCEPTION_IN_PAGE_ERROR | EXCEPTION_ACCESS_VIOLATION);
    if !is_ours || record.NumberParameters < 2 {
        return EXCEPTION_CONTINUE_SEARCH;
    }
    let address = record.ExceptionInformation[1];
    for slot in &TABLE {
        let Some((start, end)) = slot.covers(address) else { continue };
        while REPLACING.swap(true, Ordering::Acquire) {
            std::hint::spin_loop();
        }
        // The view is unmapped for a moment while another thread's handler replaces it.
        let is_replaced = is_private(address);
        let goes_on = is_replaced || (record.ExceptionCode == EXCEPTION_IN_PAGE_ERROR && replace(start, end));
        if goes_on {
            // A view goes as a whole, so everything in it is in doubt.
            slot.record_fault(0);
        }
        REPLACING.store(false, Ordering::Release);
        if goes_on {
            return EXCEPTION_CONTINUE_EXECUTION;
        }
    }
    EXCEPTION_CONTINUE_SEARCH
}

/// Returns whether zero pages of this process stand at an address.
fn is_private(address: usize) -> bool {
    // SAFETY: the struct is plain numbers and a null pointer; the call only asks, and fills what is a live local.
    unsafe {
        let mut found: MEMORY_BASIC_INFORMATION = std::mem::zeroed();
        let size = size_of::<MEMORY_BASIC_INFORMATION>();
        VirtualQuery(address as *const _, &raw mut found, size) == size
            && found.State == MEM_COMMIT
            && found.Type == MEM_PRIVATE
    }
}

/// Puts zero pages in the place of the view from `start` to `end`.
fn replace(start: usize, end: usize) -> bool {
    // SAFETY: the range is a live view of ours, found in the table, whose readers take its bytes for bytes that may change at
    // any time. One that meets the gap between the two calls waits in the handler.
    unsafe {
        UnmapViewOfFile(MEMORY_MAPPED_VIEW_ADDRESS { Value: start as *mut _ });
        let laid = VirtualAlloc(start as *const _, end - start, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
        laid.addr() == start
    }
}
