//! Records which standard handles the program was started with.
#![allow(unsafe_code)]

use windows_sys::Win32::Foundation::INVALID_HANDLE_VALUE;
use windows_sys::Win32::System::Console::{GetStdHandle, STD_ERROR_HANDLE, STD_INPUT_HANDLE, STD_OUTPUT_HANDLE};

/// Returns whether the program was started without standard input, output or error: 0, 1 or 2.
pub fn was_closed(number: u8) -> bool {
    let number = [STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE][usize::from(number.min(2))];
    // SAFETY: the call only queries.
    let handle = unsafe { GetStdHandle(number) };
    handle.is_null() || handle == INVALID_HANDLE_VALUE
}
