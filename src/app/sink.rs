//! Standard output as the engine's sink. Only this module knows both.

use std::ffi::OsStr;
use std::io;

use crate::engine::Sink;
use crate::output::{Output, print_message};

impl Sink for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn move_to(&mut self, place: u64) -> io::Result<()> {
        Output::move_to(self, place)
    }

    fn repeat(&mut self, unit: &[u8], bytes: u64) -> io::Result<()> {
        Output::repeat(self, unit, bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Output::flush(self)
    }

    fn message(&mut self, line: &str) {
        print_message(format_args!("{line}"));
    }

    fn report(&mut self, name: &OsStr, error: &io::Error) {
        Output::report(self, name, error);
    }
}
