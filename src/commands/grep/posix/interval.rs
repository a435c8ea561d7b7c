//! Translates the intervals of POSIX patterns, such as `{2,3}`, as glibc reads them.

use super::{Before, Error, PatternUnit, Translation};

/// The largest repeat count, glibc's `RE_DUP_MAX`.
const REPEAT_MAX: u32 = 32_767;

/// A bound of an interval.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bound {
    Missing,
    Invalid,
    Of(u32),
}

/// The end of a bound.
#[derive(Clone, Copy, PartialEq, Eq)]
enum BoundEnd {
    Brace,
    Comma,
    Pattern,
}

impl Bound {
    /// Appends a digit. Any other unit makes the bound invalid.
    fn with(self, unit: PatternUnit) -> Bound {
        let PatternUnit::Char(c) = unit else { return Bound::Invalid };
        match (self, c.to_digit(10)) {
            (Bound::Invalid, _) | (_, None) => Bound::Invalid,
            (Bound::Missing, Some(digit)) => Bound::Of(digit),
            (Bound::Of(number), Some(digit)) => Bound::Of((number * 10 + digit).min(REPEAT_MAX + 1)),
        }
    }
}

impl Translation<'_> {
    /// Translates an interval, after its brace. The brace is a literal if there is nothing to
    /// repeat, and in an extended pattern also if a bound is not a number.
    pub(super) fn interval(&mut self) -> Result<(), Error> {
        let start = self.at;
        if !self.extended && self.atom.is_none() {
            self.literal(PatternUnit::Char('{'));
            return Ok(());
        }
        let is_skipped = self.extended && self.before != Before::Atom;
        match self.bounds() {
            Ok(Some((min, max))) => {
                let max = max.map_or(String::new(), |max| max.to_string());
                self.repeat(&format!("{{{min},{max}}}"));
                // In glibc's parser, a skipped interval is an atom for the next token.
                self.before = Before::Atom;
                return Ok(());
            }
            Err(error) if !is_skipped || error == Error::IntervalTooBig => return Err(error),
            Ok(None) | Err(_) => {}
        }
        self.at = start;
        self.literal(PatternUnit::Char('{'));
        if is_skipped {
            self.before = Before::SkippedOperator;
        }
        Ok(())
    }

    /// Reads the bounds of an interval and its closing brace. Returns `None` if they do not form an
    /// interval, which is not an error in an extended pattern.
    fn bounds(&mut self) -> Result<Option<(u32, Option<u32>)>, Error> {
        let (first, mut end) = self.bound();
        let min = match (first, end) {
            (Bound::Missing, BoundEnd::Comma) => Bound::Of(0),
            (Bound::Missing, _) => return Err(Error::InvalidInterval),
            (bound, _) => bound,
        };
        let mut max = min;
        if end == BoundEnd::Comma {
            (max, end) = self.bound();
        }
        let (min, max) = match (min, max) {
            (Bound::Of(min), Bound::Of(max)) => (min, Some(max)),
            (Bound::Of(min), Bound::Missing) => (min, None),
            _ if self.extended => return Ok(None),
            _ if end == BoundEnd::Pattern => return Err(Error::UnmatchedBrace),
            _ => return Err(Error::InvalidInterval),
        };
        if end != BoundEnd::Brace || max.is_some_and(|max| max < min) {
            return Err(Error::InvalidInterval);
        }
        if max.unwrap_or(min) > REPEAT_MAX {
            return Err(Error::IntervalTooBig);
        }
        Ok(Some((min, max)))
    }

    fn bound(&mut self) -> (Bound, BoundEnd) {
        let close = if self.extended { "}" } else { "\\}" };
        let mut bound = Bound::Missing;
        loop {
            if self.eat(close) {
                return (bound, BoundEnd::Brace);
            }
            match self.next_unit() {
                None => return (Bound::Invalid, BoundEnd::Pattern),
                Some(PatternUnit::Char(',')) => return (bound, BoundEnd::Comma),
                Some(unit) => bound = bound.with(unit),
            }
            if bound == Bound::Invalid && self.pattern[self.at - 1] == b'\\' {
                // An escaped character does not end the interval.
                self.next_unit();
            }
        }
    }
}
