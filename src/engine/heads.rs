//! Whether the first lines of an input are worth a look of their own. They are where the last inputs were done with there: logs
//! that all have a match near their beginning, for `grep -l`.

use std::sync::atomic::{AtomicU32, Ordering};

/// How many bytes to look at first, of which a kernel judges an input by `judged`. With fewer than this, the calls would take longer
/// than the bytes.
pub(super) const fn length(judged: usize) -> usize {
    const LEAST: usize = 64 << 10;
    if judged > LEAST { judged } else { LEAST }
}

/// A look that was enough pays for so many that were not. Of a file of 300 KB it saves two thirds, and costs one.
const SAVED: u32 = 2;

/// No more looks than these are paid for ahead.
const MOST: u32 = 8;

/// What was learned so far, by all workers.
#[derive(Debug, Default)]
pub(super) struct Heads {
    /// Looks that are paid for.
    credit: AtomicU32,
}

impl Heads {
    /// Whether to look at the next input's head first.
    pub(super) fn pay(&self) -> bool {
        self.credit.load(Ordering::Relaxed) > 0
    }

    /// Learns whether a look was enough, or might have been.
    pub(super) fn learn(&self, enough: bool) {
        let credit = self.credit.load(Ordering::Relaxed);
        let credit = if enough { (credit + SAVED).min(MOST) } else { credit.saturating_sub(1) };
        self.credit.store(credit, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_are_paid_for_by_those_that_were_enough() {
        let heads = Heads::default();
        assert!(!heads.pay());
        (0..SAVED).for_each(|_| heads.learn(false));
        heads.learn(true);
        (0..SAVED).for_each(|_| {
            assert!(heads.pay());
            heads.learn(false);
        });
        assert!(!heads.pay());
        (0..100).for_each(|_| heads.learn(true));
        (0..MOST).for_each(|_| heads.learn(false));
        assert!(!heads.pay());
    }
}
