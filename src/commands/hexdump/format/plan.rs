//! The steps of printing a whole row without colours, with tables for the fields of one and two
//! bytes.

use std::sync::OnceLock;

use super::conversion::{push_address, push_bytes};
use super::parse::{Conversion, ConversionKind, Formats};
use crate::commands::hexdump::field_table::{FieldTable, ShortText};

/// The maximum number of steps. A format may have millions of iterations.
const MAX_STEPS: usize = 1 << 12;

/// The steps of a row.
#[derive(Debug)]
pub struct RowPlan {
    steps: Vec<Step>,
    /// The conversions of fields, with the number of bytes of each.
    fields: Vec<(Conversion, usize)>,
    /// The tables of these fields, built when they are first needed.
    tables: OnceLock<Vec<Option<FieldTable>>>,
}

#[derive(Debug)]
enum Step {
    Text(ShortText),
    /// The address of the byte at this index of the row.
    Address {
        base: u8,
        conversion: Conversion,
        at: usize,
    },
    /// A field that begins at this index of the row, and its number in the list of fields.
    Field {
        number: usize,
        at: usize,
    },
}

impl RowPlan {
    /// Returns `None` if some bytes have colours, or if there are too many steps.
    pub fn new(formats: &Formats) -> Option<RowPlan> {
        let mut plan = RowPlan { steps: vec![], fields: vec![], tables: OnceLock::new() };
        for format in &formats.formats {
            for (print, at, is_last) in format.prints() {
                if !print.colours.is_empty() || plan.steps.len() >= MAX_STEPS {
                    return None;
                }
                plan.add_text(print.text(is_last));
                plan.add_conversion(print.conversion, print.bytes, at);
            }
        }
        Some(plan)
    }

    fn add_text(&mut self, text: &[u8]) {
        self.steps.extend(text.chunks(ShortText::MAX_LEN).filter_map(ShortText::new).map(Step::Text));
    }

    fn add_conversion(&mut self, conversion: Option<Conversion>, bytes: usize, at: usize) {
        let Some(conversion) = conversion else { return };
        if let ConversionKind::Address(base) = conversion.kind {
            self.steps.push(Step::Address { base, conversion, at });
            return;
        }
        let field = (conversion, bytes);
        let known = self.fields.iter().position(|known| *known == field);
        let number = known.unwrap_or_else(|| {
            self.fields.push(field);
            self.fields.len() - 1
        });
        self.steps.push(Step::Field { number, at });
    }

    /// Appends a row.
    pub fn push_row(&self, row: &[u8], address: u64, out: &mut Vec<u8>) {
        let tables = self.tables.get_or_init(|| self.fields.iter().map(table).collect());
        for step in &self.steps {
            match *step {
                Step::Text(text) => text.push(out),
                Step::Address { base, conversion, at } => {
                    push_address(conversion.spec, base, address.wrapping_add(at as u64), out);
                }
                Step::Field { number, at } => {
                    let (conversion, bytes) = self.fields[number];
                    let rest = row.get(at..).unwrap_or_default();
                    let shown = &rest[..rest.len().min(bytes)];
                    match &tables[number] {
                        Some(table) => table.push(shown, out),
                        None => push_bytes(conversion, shown, rest, out),
                    }
                }
            }
        }
    }
}

/// Returns the table of a field, unless it is too long or its text depends on other bytes.
fn table(&(conversion, bytes): &(Conversion, usize)) -> Option<FieldTable> {
    if conversion.kind == ConversionKind::Text {
        return None;
    }
    FieldTable::new(bytes, |field, out| push_bytes(conversion, field, field, out))
}
