//! How the expert finds an order: the clues read as relations, linked or worked off one by one, and
//! checked against the list.
//!
//! In come the parameters and where the expert errs, out come the lines of the chain and the order
//! that it believes in. It never leaves a wrong order uncorrected after the check.

use std::fmt::Write as _;

use super::{COUNTS, Clue, Params, THEMES, Theme};
use crate::prompts::tasks::text;
use crate::rng::Rng;

/// Where the expert errs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slip {
    No,
    /// Reads a clue the wrong way round and sees it at once.
    Reading(usize),
    /// Puts someone on the wrong side and sees it at once.
    Linking,
    /// Ends with two neighbours swapped, which the check shows.
    Late,
}

impl Params {
    /// Turns the clues into relations.
    pub(super) fn read(&self, slip: Slip, rng: &mut Rng, out: &mut String) {
        let Theme { more, less, .. } = &THEMES[self.theme];
        for (i, clue) in self.clues.iter().enumerate() {
            let (high, low) = (self.names[clue.high], self.names[clue.low]);
            let (said, relation) = (self.said(clue), self.relation(clue));
            if slip == Slip::Reading(i) {
                let _ = write!(out, "{said}, so {low} > {high}. {} ", text::wait(rng));
                let _ = match clue.flipped {
                    true => writeln!(out, "{low} is the {less} one, so it is {relation}."),
                    false => writeln!(out, "{high} is the {more} one, so it is {relation}."),
                };
            } else {
                let so = rng.pick(&["so", "which means", "that is"]);
                let _ = writeln!(out, "{said}, {so} {relation}.");
            }
        }
        if let Some(place) = self.counted {
            let name = self.names[place];
            let _ = writeln!(out, "{}, so {name} is number {}.", self.count_said(place), place + 1);
        }
    }

    /// Builds the order by linking neighbours; the result may hold one swap where the slip is late.
    pub(super) fn link(&self, slip: Slip, rng: &mut Rng, out: &mut String) -> Vec<usize> {
        let (first, rest) = match self.clues.split_first() {
            Some(split) => split,
            None => return Vec::new(),
        };
        let mut order = vec![first.high, first.low];
        let mut left: Vec<&Clue> = rest.iter().collect();
        let start = self.relation(first);
        let _ = match rng.below(3) {
            0 => writeln!(out, "\nI start with {start}: {}.", self.list(&order)),
            1 => writeln!(out, "\nNow I link them. {start} gives {}.", self.list(&order)),
            _ => writeln!(out, "\nFirst {start}, so the list is {}.", self.list(&order)),
        };
        let mut slip = slip;
        while let Some(at) =
            left.iter().position(|c| order.first() == Some(&c.low) || order.last() == Some(&c.high))
        {
            let clue = left.remove(at);
            let front = order.first() == Some(&clue.low);
            let (new, old) = if front { (clue.high, clue.low) } else { (clue.low, clue.high) };
            let (new_name, old_name) = (self.names[new], self.names[old]);
            let side = if front { "before" } else { "after" };
            let mut wrong = order.clone();
            order.insert(if front { 0 } else { order.len() }, new);
            let relation = self.relation(clue);
            if slip == Slip::Linking && (left.is_empty() || rng.chance(0.5)) {
                slip = Slip::No;
                let other = if front { "after" } else { "before" };
                wrong.insert(if front { wrong.len() } else { 0 }, new);
                let end = if front { "at the end" } else { "at the front" };
                let _ = write!(
                    out,
                    "{relation}: I put {new_name} {end}: {}. {} ",
                    self.list(&wrong),
                    text::wait(rng)
                );
                let _ = writeln!(
                    out,
                    "{new_name} does not come {other} {old_name} but {side} {old_name}: {}.",
                    self.list(&order)
                );
            } else if slip == Slip::Late && left.is_empty() && self.counted.is_none() {
                let last = order.len() - 1;
                if front {
                    order.swap(0, 1);
                } else {
                    order.swap(last - 1, last);
                }
                let _ = writeln!(out, "{relation}: {new_name} is next to {old_name}: {}.", self.list(&order));
            } else {
                let _ = match rng.below(3) {
                    0 => writeln!(
                        out,
                        "{relation}: {new_name} comes {side} {old_name}: {}.",
                        self.list(&order)
                    ),
                    1 => writeln!(
                        out,
                        "{relation}, so {new_name} goes {side} {old_name}: {}.",
                        self.list(&order)
                    ),
                    _ => writeln!(
                        out,
                        "With {relation} I put {new_name} {side} {old_name}: {}.",
                        self.list(&order)
                    ),
                };
            }
        }
        if let Some(place) = self.counted {
            let name = self.names[place];
            let said = match place {
                0 => "Nobody comes".to_owned(),
                1 => "One person comes".to_owned(),
                _ => format!("{} people come", ["", "", "Two", "Three", "Four", "Five"][place]),
            };
            let _ = write!(out, "{said} before {name}, ");
            let before = self.list(&order[..place]);
            order.insert(place, place);
            // A late slip puts the counted person one place off.
            if slip == Slip::Late {
                let other = if place == 0 { 1 } else { place - 1 };
                order.swap(place, other);
                let _ = writeln!(out, "so I put {name} in: {}.", self.list(&order));
            } else if place == 0 {
                let _ = writeln!(out, "so {name} is at the front: {}.", self.list(&order));
            } else {
                let _ = writeln!(out, "namely {before}, then {name}: {}.", self.list(&order));
            }
        }
        order
    }

    /// Builds the order by taking, again and again, the one who is on no right side.
    pub(super) fn eliminate(&self, slip: Slip, rng: &mut Rng, out: &mut String) -> Vec<usize> {
        let mut left = Vec::new();
        for clue in &self.clues {
            for person in [clue.high, clue.low] {
                if !left.contains(&person) {
                    left.push(person);
                }
            }
        }
        let _ = match rng.below(3) {
            0 => writeln!(out, "\nThe next one is always the one who is on no right side."),
            1 => writeln!(out, "\nI look for the one who never stands on the right, again and again."),
            _ => writeln!(
                out,
                "\nWho is never on the right of > comes first; then I drop that name and go on."
            ),
        };
        let mut order: Vec<usize> = Vec::new();
        let mut wrong_at = (slip == Slip::Linking).then(|| rng.below(3) as usize);
        while left.len() > 1 {
            let clues: Vec<&Clue> = self.clues.iter().filter(|clue| left.contains(&clue.high)).collect();
            let clues: Vec<&Clue> = clues.into_iter().filter(|clue| left.contains(&clue.low)).collect();
            let mut right = Vec::new();
            for clue in &clues {
                if !right.contains(&clue.low) {
                    right.push(clue.low);
                }
            }
            let Some(next) = left.iter().copied().find(|person| !right.contains(person)) else { break };
            let relations = clues.iter().map(|clue| self.relation(clue)).collect::<Vec<_>>().join(", ");
            let _ = write!(
                out,
                "Left: {}. {}: {relations}. ",
                self.list(&left),
                rng.pick(&["Clues", "Relations"])
            );
            let _ = write!(out, "On the right: {}. ", self.list(&right));
            if wrong_at == Some(order.len()) {
                wrong_at = None;
                let name = self.names[right[0]];
                let _ = write!(out, "So {name} is next. {} {name} is on the right. ", text::wait(rng));
            }
            let name = self.names[next];
            let _ = match rng.below(3) {
                0 => writeln!(out, "So {name} is next."),
                1 => writeln!(out, "Only {name} is not there, so {name} is next."),
                _ => writeln!(out, "{name} is missing on the right, so {name} is next."),
            };
            left.retain(|&person| person != next);
            order.push(next);
        }
        order.extend(left);
        if slip == Slip::Late {
            order.swap(2, 3);
        }
        let _ = writeln!(
            out,
            "{} stays for the end. The list is {}.",
            self.names[self.names.len() - 1],
            self.list(&order)
        );
        order
    }

    /// Goes through the clues again, and mends `order` where one does not fit.
    pub(super) fn check(&self, order: Vec<usize>, rng: &mut Rng, out: &mut String) {
        let mut order = order;
        let at = |order: &[usize], person: usize| order.iter().position(|&p| p == person).unwrap_or(0);
        let _ = writeln!(
            out,
            "\n{} {}",
            text::check(rng),
            rng.pick(&["The places:", "I look at every clue again:"])
        );
        for clue in &self.clues {
            let (high, low) = (at(&order, clue.high), at(&order, clue.low));
            let relation = self.relation(clue);
            if high < low {
                let _ = writeln!(out, "{relation}: places {} and {}, fine.", high + 1, low + 1);
            } else {
                order.swap(high, low);
                let _ = writeln!(
                    out,
                    "{relation}: places {} and {}. {} {} must come before {}, so I swap them: {}.",
                    high + 1,
                    low + 1,
                    text::wait(rng),
                    self.names[clue.high],
                    self.names[clue.low],
                    self.list(&order)
                );
            }
        }
        if let Some(place) = self.counted {
            let found = at(&order, place);
            let name = self.names[place];
            if found == place {
                let _ =
                    writeln!(out, "{name} is at place {}, with {} before, fine.", place + 1, COUNTS[place]);
            } else {
                order.swap(found, place);
                let _ = writeln!(
                    out,
                    "{name} is at place {}, but {} must come before. {} {name} belongs to place {}: {}.",
                    found + 1,
                    COUNTS[place],
                    text::wait(rng),
                    place + 1,
                    self.list(&order)
                );
            }
        }
        let _ = writeln!(out, "{}", text::agrees(rng));
    }
}
