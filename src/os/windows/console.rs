//! Sets up consoles to interpret escape sequences and UTF-8.
#![allow(unsafe_code)]

use windows_sys::Win32::Globalization::CP_UTF8;
use windows_sys::Win32::System::Console::{
    ENABLE_VIRTUAL_TERMINAL_PROCESSING, GetConsoleMode, GetStdHandle, STD_ERROR_HANDLE, STD_OUTPUT_HANDLE,
    SetConsoleMode, SetConsoleOutputCP,
};

/// Prepares the console for output, if there is one.
pub(super) fn prepare() {
    for number in [STD_OUTPUT_HANDLE, STD_ERROR_HANDLE] {
        let mut mode = 0;
        // SAFETY: the calls take a handle, which they check, and a pointer to a live local.
        unsafe {
            let handle = GetStdHandle(number);
            if GetConsoleMode(handle, &raw mut mode) != 0 {
                SetConsoleMode(handle, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
                SetConsoleOutputCP(CP_UTF8);
            }
        }
    }
}
