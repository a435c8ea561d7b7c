//! The progress bar on standard error: position, rate and remaining time.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::engine::Session;
use crate::os::posix::columns;
use crate::os::start_thread;

/// A bar that tracks the bytes of a run. Dropping it clears the line.
#[derive(Debug)]
pub struct ByteProgress {
    bar: ProgressBar,
    end: Option<Sender<()>>,
    painter: Option<JoinHandle<()>>,
}

/// The delay before the bar appears, so that a short run shows none.
const DELAY: Duration = Duration::from_millis(300);

impl ByteProgress {
    /// Starts a bar for `stats`. `total` is the expected number of bytes, if known.
    pub fn start(stats: Arc<Session>, total: Option<u64>) -> ByteProgress {
        let (end, ended) = channel::<()>();
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        let painted = bar.clone();
        let painter = start_thread("progress", move || {
            if ended.recv_timeout(DELAY) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let bar = painted;
            bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
            let style = match total {
                // A line wider than the terminal would not be erased.
                Some(_) if columns(std::io::stderr()).is_some_and(|columns| columns < 80) => {
                    "{wide_bar} {percent:>3}% {binary_bytes_per_sec} eta {eta}"
                }
                Some(_) => {
                    "{bar:30} {percent:>3}% {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec} eta {eta}"
                }
                None => "{spinner} {binary_bytes} {binary_bytes_per_sec} {elapsed}",
            };
            if let Ok(style) = ProgressStyle::with_template(style) {
                bar.set_style(style);
            }
            loop {
                bar.set_position(stats.bytes.get());
                if ended.recv_timeout(Duration::from_millis(100)) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
            }
            bar.finish_and_clear();
        });
        ByteProgress { bar, end: Some(end), painter }
    }

    /// Hides the bar while `print` prints to the same terminal.
    pub fn pause<R>(&self, print: impl FnOnce() -> R) -> R {
        self.bar.suspend(print)
    }
}

impl Drop for ByteProgress {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(painter) = self.painter.take() {
            // If the painter panicked, only the bar is lost.
            let _ = painter.join();
        }
    }
}
