//! How the expert finds out who is what: the statement that stands on its own, one statement after
//! another that fixes one more islander, and the check of all of them.
//!
//! In come the parameters, out come the lines of the chain. It never leaves an islander uncorrected
//! after the check.

use std::fmt::Write as _;

use super::{Claim, MIDDLE, Params, Said, kind};
use crate::prompts::tasks::text;
use crate::rng::Rng;

impl Params {
    /// Works out who is what; returns what the expert believes, which is wrong for one islander where
    /// the error is left for the check.
    pub(super) fn solve(&self, rng: &mut Rng, out: &mut String) -> Vec<bool> {
        let people = self.names.len();
        let mut known = vec![false; people];
        let mut used = vec![false; people];
        if let Some(x) = self.said.iter().position(|said| !matches!(said, Said::Kind(..) | Said::Pair(..))) {
            used[x] = true;
            self.anchor(x, &mut known, rng, out);
        }
        let (now, late) = match rng.below(100) {
            0..20 => (true, false),
            20..40 => (false, true),
            _ => (false, false),
        };
        let at = rng.below(2) as usize;
        let mut believed = self.knights.clone();
        let mut steps = 0;
        while known.contains(&false) {
            // The next statement that fixes someone: of someone unknown about known ones, or of someone
            // known about one unknown.
            let open = |i: usize| self.said[i].about().into_iter().filter(|&j| !known[j]).collect::<Vec<_>>();
            let Some(speaker) = (0..people).find(|&i| !used[i] && open(i).len() == usize::from(known[i]))
            else {
                break;
            };
            used[speaker] = true;
            let fixed = open(speaker).first().copied().unwrap_or(speaker);
            let last = known.iter().filter(|&&k| !k).count() == 1;
            // Left for the check only where no other statement speaks of this islander.
            let alone = fixed == speaker && !self.said.iter().any(|said| said.about().contains(&fixed));
            let wrong = if last && late && alone {
                believed[fixed] = !believed[fixed];
                Some(true)
            } else if (now && steps == at) || (now && last && steps < at) {
                Some(false)
            } else {
                None
            };
            self.step(speaker, fixed, wrong, rng, out);
            known[fixed] = true;
            steps += 1;
        }
        believed
    }

    /// The statement that needs no other: what it says about the speaker, the other one, or both.
    pub(super) fn anchor(&self, x: usize, known: &mut [bool], rng: &mut Rng, out: &mut String) {
        let (said, me) = (self.said[x], self.names[x]);
        let start = rng.pick(&["I start with", "First I look at", "The best start is"]);
        let _ = write!(out, "{start} {me}. ");
        match said {
            Said::Fact(claim, n) => {
                let truth = match claim {
                    Claim::Even | Claim::Odd => format!("{n} ends in {}, so it is {}", n % 10, parity(n)),
                    Claim::More | Claim::Less if n == MIDDLE => format!("{n} is equal to {MIDDLE}"),
                    Claim::More | Claim::Less => {
                        format!("{n} is {} than {MIDDLE}", if n > MIDDLE { "greater" } else { "less" })
                    }
                };
                let holds = said.holds(x, &self.knights);
                let _ = writeln!(out, "{truth}. The statement is {holds}, so {me} is a {}.", kind(holds));
                known[x] = true;
            }
            Said::BothKnaves(y) => {
                let other = self.names[y];
                let _ = write!(out, "If {me} is a knight, it is true that {me} is a knave. That cannot be. ");
                let _ = write!(out, "So {me} is a knave, and it is false that both are knaves. ");
                let _ = writeln!(out, "{me} is a knave, so {other} is a knight.");
                (known[x], known[y]) = (true, true);
            }
            Said::OneKnave(y) => {
                let other = self.names[y];
                let _ = write!(
                    out,
                    "If {me} is a knave, the statement is true, but knaves lie. That cannot be. "
                );
                let _ = write!(out, "So {me} is a knight, and it is true that one of the two is a knave. ");
                let _ = writeln!(out, "{me} is a knight, so {other} is the knave.");
                (known[x], known[y]) = (true, true);
            }
            Said::AsMe(y, same) => {
                let (other, found) = (self.names[y], kind(self.knights[y]));
                let (if_true, if_false) = if same { ("same", "other") } else { ("other", "same") };
                let _ = write!(
                    out,
                    "If {me} is a knight, the statement is true, so {other} is of the {if_true} kind: a {found}. If {me} is a \
                     knave, the statement is false, so {other} is of the {if_false} kind: a {found}. "
                );
                let _ = writeln!(out, "Either way {other} is a {found}.");
                known[y] = true;
            }
            Said::Kind(..) | Said::Pair(..) => {}
        }
    }

    /// One statement that fixes one islander. `wrong`: errs, and sees it at once (`false`) or not (`true`).
    pub(super) fn step(
        &self,
        speaker: usize,
        fixed: usize,
        wrong: Option<bool>,
        rng: &mut Rng,
        out: &mut String,
    ) {
        let (said, me) = (self.said[speaker], self.names[speaker]);
        let quote = self.quote(said);
        let holds = said.holds(speaker, &self.knights);
        let lead = match rng.below(3) {
            0 => format!("{me} says that {quote}. "),
            1 => format!("Now {me}: {quote}. "),
            _ => format!("Next, {me} says: {quote}. "),
        };
        out.push_str(&lead);
        if fixed == speaker {
            let facts: Vec<String> = said
                .about()
                .into_iter()
                .map(|i| format!("{} is a {}", self.names[i], kind(self.knights[i])))
                .collect();
            let facts = facts.join(" and ");
            let said_so = holds != wrong.is_some();
            let _ = match rng.below(2) {
                0 => write!(out, "{facts}, so this is {said_so} and {me} is a {}.", kind(said_so)),
                _ => write!(out, "{facts}. That makes it {said_so}, so {me} is a {}.", kind(said_so)),
            };
            if wrong == Some(false) {
                let _ = write!(out, " {} ", text::wait(rng));
                let fits = if holds { "exactly what" } else { "not what" };
                let _ = write!(out, "{facts}, and this is {fits} {me} says. So {me} is a {}.", kind(holds));
            }
        } else {
            let (me_kind, other) = (kind(self.knights[speaker]), self.names[fixed]);
            let knight = self.knights[fixed];
            for known in said.about().into_iter().filter(|&i| i != fixed) {
                let _ = write!(out, "{} is a {}. ", self.names[known], kind(self.knights[known]));
            }
            let _ = write!(out, "{me} is a {me_kind}, so this is {holds}");
            if wrong.is_some() {
                let _ = write!(out, " and {other} is a {}. {} ", kind(!knight), text::wait(rng));
                let _ = write!(out, "It is {holds} that {quote}. So {other} is a {}.", kind(knight));
            } else {
                let _ = write!(out, ": {other} is a {}.", kind(knight));
            }
        }
        out.push('\n');
    }

    /// Judges every statement with what is believed, and mends what does not fit.
    pub(super) fn check(&self, believed: Vec<bool>, rng: &mut Rng, out: &mut String) {
        let mut believed = believed;
        let _ = writeln!(
            out,
            "\n{} {}",
            text::check(rng),
            rng.pick(&[
                "I go through all statements.",
                "Every statement has to fit.",
                "One statement after another."
            ])
        );
        for (speaker, (&said, me)) in self.said.iter().zip(&self.names).enumerate() {
            let holds = said.holds(speaker, &believed);
            let knight = believed[speaker];
            let _ = write!(out, "{me} is a {} and says \"{}\": {holds}", kind(knight), self.quote(said));
            if holds == knight {
                let _ = writeln!(out, ", fits.");
            } else {
                believed[speaker] = holds;
                let _ = writeln!(
                    out,
                    ". A {} cannot say that. {} The statement is {holds}, so {me} is a {}.",
                    kind(knight),
                    text::wait(rng),
                    kind(holds)
                );
            }
        }
        let _ = writeln!(out, "{}", text::agrees(rng));
    }
}

fn parity(n: i64) -> &'static str {
    if n % 2 == 0 { "even" } else { "odd" }
}
