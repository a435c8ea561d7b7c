//! Chooses the end and the ticks of an axis.

/// An axis from 0 with ticks at round figures.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    step: f64,
    /// The end of the axis.
    pub end: f64,
}

impl Scale {
    /// Returns the shortest round axis that includes `max`.
    #[must_use]
    pub fn up_to(max: f64) -> Scale {
        let max = if max > 0.0 { max } else { 1.0 };
        let rough = max / 4.0;
        let power = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 2.5, 5.0, 10.0].map(|by| by * power).into_iter().find(|step| *step >= rough);
        let step = step.unwrap_or(10.0 * power);
        Scale { step, end: (max / step).ceil() * step }
    }

    /// Returns the values of the ticks.
    pub fn ticks(&self) -> impl Iterator<Item = f64> {
        let (step, count) = (self.step, (self.end / self.step).round() as u32);
        (0..=count).map(move |tick| f64::from(tick) * step)
    }

    /// Returns the label of a tick.
    #[must_use]
    pub fn text(&self, tick: f64) -> String {
        let digits = (-self.step.log10().floor()).max(0.0) as usize;
        let digits = if (self.step * 10f64.powi(digits as i32)).fract().abs() > 1e-6 { digits + 1 } else { digits };
        format!("{tick:.digits$}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_are_round() {
        let ticks = |max: f64| {
            let scale = Scale::up_to(max);
            scale.ticks().map(|tick| scale.text(tick)).collect::<Vec<_>>()
        };
        assert_eq!(ticks(14.3), ["0", "5", "10", "15"]);
        assert_eq!(ticks(8.0), ["0", "2", "4", "6", "8"]);
        assert_eq!(ticks(0.93), ["0.00", "0.25", "0.50", "0.75", "1.00"]);
        assert_eq!(ticks(0.0)[0], "0.00");
    }
}
