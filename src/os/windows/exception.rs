//! The handler of in-page errors: a page that the disk cannot supply is recorded as a fault instead
//! of killing the process.
//!
//! Windows does not let a file be truncated while a view of it exists, so the causes are failing
//! disks, networks and removed devices. The handler finds the address in the table of live windows,
//! records the fault, and replaces the view with zero pages; the engine then reads the block again.
//! An exception elsewhere is passed to the next handler.
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

/// Whether a handler is replacing a view. Other handlers wait, because their address may be in that
/// view.
static REPLACING: AtomicBool = AtomicBool::new(false);

/// Installs the handler of in-page errors, and prepares the console for output.
pub fn install_sigbus_handler() {
    super::console::prepare();
    install();
}

pub(in crate::os) fn install() {
    static ONCE: Once = Once::new();
    // SAFETY: the handler is a function that lives as long as the program, and takes no lock but
    // its own.
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
        // The view is briefly unmapped while another thread's handler replaces it.
        let is_replaced = is_private(address);
        let continues = is_replaced || (record.ExceptionCode == EXCEPTION_IN_PAGE_ERROR && replace(start, end));
        if continues {
            // A view is replaced as a whole, so all of its bytes are suspect.
            slot.record_fault(0);
        }
        REPLACING.store(false, Ordering::Release);
        if continues {
            return EXCEPTION_CONTINUE_EXECUTION;
        }
    }
    EXCEPTION_CONTINUE_SEARCH
}

/// Returns whether an address is in private zero pages of this process.
fn is_private(address: usize) -> bool {
    // SAFETY: the struct consists of numbers and a null pointer. The call only queries, and fills a
    // live local.
    unsafe {
        let mut found: MEMORY_BASIC_INFORMATION = std::mem::zeroed();
        let size = size_of::<MEMORY_BASIC_INFORMATION>();
        VirtualQuery(address as *const _, &raw mut found, size) == size
            && found.State == MEM_COMMIT
            && found.Type == MEM_PRIVATE
    }
}

/// Replaces the view from `start` to `end` with zero pages.
fn replace(start: usize, end: usize) -> bool {
    // SAFETY: the range is a live view of ours, found in the table, whose readers treat its bytes
    // as bytes that may change at any time. A reader that faults between the two calls waits in the
    // handler.
    unsafe {
        UnmapViewOfFile(MEMORY_MAPPED_VIEW_ADDRESS { Value: start as *mut _ });
        let laid = VirtualAlloc(start as *const _, end - start, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
        laid.addr() == start
    }
}
