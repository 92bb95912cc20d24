//! Shows what was read, for people. In: an answer. Out: one line of plain text. Never: a spelling that is
//! compared.

use std::fmt;

use super::{Answer, Rel, Value};

fn list(out: &mut fmt::Formatter<'_>, items: &[Answer], between: &str) -> fmt::Result {
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.write_str(between)?;
        }
        write!(out, "{item}")?;
    }
    Ok(())
}

impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.expr)?;
        if self.percent {
            out.write_str("%")?;
        }
        if let Some(unit) = &self.unit {
            out.write_str(" [")?;
            if !unit.factor.is_one() {
                write!(out, "{} ", unit.factor)?;
            }
            for (at, (base, power)) in unit.bases.iter().enumerate() {
                let space = if at > 0 { " " } else { "" };
                if *power == 1 {
                    write!(out, "{space}{base}")?
                } else {
                    write!(out, "{space}{base}^{power}")?
                }
            }
            out.write_str("]")?;
        }
        if let Some(modulus) = &self.modulus {
            write!(out, " mod {modulus}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => write!(out, "{value}"),
            Self::Based { digits, base, .. } => write!(out, "{digits} in base {base}"),
            Self::Bracketed { open, close, items } => {
                write!(out, "{open}")?;
                list(out, items, ", ")?;
                write!(out, "{close}")
            }
            Self::Set(items) => {
                out.write_str("{")?;
                list(out, items, ", ")?;
                out.write_str("}")
            }
            Self::List(items) => {
                out.write_str("list ")?;
                list(out, items, "; ")
            }
            Self::Union(items) => list(out, items, " ∪ "),
            Self::Both(pair) => write!(out, "{} ∩ {}", pair.0, pair.1),
            Self::Except(pair) => write!(out, "{} without {}", pair.0, pair.1),
            Self::Matrix(rows) => {
                out.write_str("matrix ")?;
                for row in rows {
                    out.write_str("[")?;
                    for (at, entry) in row.iter().enumerate() {
                        write!(out, "{}{entry}", if at > 0 { ", " } else { "" })?;
                    }
                    out.write_str("]")?;
                }
                Ok(())
            }
            Self::Relation(relation) => {
                for (at, side) in relation.sides.iter().enumerate() {
                    if at > 0 {
                        out.write_str(match relation.rels[at - 1] {
                            Rel::Eq => " = ",
                            Rel::Ne => " ≠ ",
                            Rel::Lt => " < ",
                            Rel::Le => " ≤ ",
                            Rel::Gt => " > ",
                            Rel::Ge => " ≥ ",
                            Rel::Approx => " ≈ ",
                            Rel::Equiv => " ≡ ",
                            Rel::In => " ∈ ",
                        })?;
                    }
                    match (&side.answer, &side.name) {
                        (Some(answer), _) => write!(out, "{answer}")?,
                        (None, Some(name)) => out.write_str(name)?,
                        (None, None) => out.write_str("?")?,
                    }
                }
                Ok(())
            }
            Self::Ratio(terms) => {
                for (at, term) in terms.iter().enumerate() {
                    write!(out, "{}{term}", if at > 0 { " : " } else { "ratio " })?;
                }
                Ok(())
            }
            Self::Clock(hours, minutes, seconds, half) => {
                let half = half.map_or("", |pm| if pm { " p.m." } else { " a.m." });
                write!(out, "time {hours}:{minutes:02}:{seconds:02}{half}")
            }
            Self::Date(year, month, day) => write!(out, "date {year:04}-{month:02}-{day:02}"),
            Self::Family(inner, family) => write!(out, "{inner} for whole {}", family.letter),
            Self::Restated(items) => list(out, items, ", that is "),
            Self::Identity { scale, .. } => write!(out, "{scale} times the identity matrix"),
            Self::Ellipsis => out.write_str("…"),
            Self::Text(text) => write!(out, "words \"{text}\""),
            Self::Names(names) => write!(out, "words \"{}\"", names.join("\", \"")),
        }
    }
}
