//! Two verifiers one behind the other: what the first cannot decide goes to the second. In: a prompt and an answer.
//! Out: the first's finding, or the second's with what the first saw and why it did not decide. Never: a second
//! opinion on a pass or a fail.

use super::Verifier;
use crate::record::{Finding, Prompt, Verdict};

/// `on_unknown`: see the module.
pub struct FallThrough {
    /// Asked first; its name is the pair's.
    pub first: Box<dyn Verifier>,
    /// Asked where the first says unknown.
    pub then: Box<dyn Verifier>,
}

impl Verifier for FallThrough {
    fn name(&self) -> &'static str {
        self.first.name()
    }

    fn applies(&self, prompt: &Prompt) -> bool {
        self.first.applies(prompt)
    }

    fn on_this_machine(&self) -> Option<String> {
        let notes = [self.first.on_this_machine(), self.then.on_this_machine()];
        let told: Vec<String> = notes.into_iter().flatten().collect();
        (!told.is_empty()).then(|| told.join("; "))
    }

    fn verify(&self, prompt: &Prompt, text: &str) -> Finding {
        let first = self.first.verify(prompt, text);
        let Verdict::Unknown(reason) = &first.verdict else { return first };
        if !self.then.applies(prompt) {
            return first;
        }
        let second = self.then.verify(prompt, text);
        let mut details = first.details;
        details.insert("fell_through".to_owned(), reason.name.as_ref().into());
        details.insert("decided_by".to_owned(), self.then.name().into());
        details.extend(second.details);
        let mut measured = first.measured;
        measured.extend(second.measured);
        Finding { verdict: second.verdict, details, measured }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Reason;

    struct Says(Verdict);

    impl Verifier for Says {
        fn name(&self) -> &'static str {
            "says"
        }

        fn applies(&self, _: &Prompt) -> bool {
            true
        }

        fn verify(&self, _: &Prompt, _: &str) -> Finding {
            self.0.clone().into()
        }
    }

    #[test]
    fn only_unknown_falls_through() {
        let fail = || Verdict::Fail(Reason::new("first.fail", ""));
        let unknown = |name| Verdict::Unknown(Reason::new(name, ""));
        let prompt = Prompt {
            id: "t".into(),
            source: "t".into(),
            domain: "math".into(),
            problem: String::new(),
            answer: None,
            entry_point: None,
            tests: vec![],
            difficulty: None,
        };
        for (first, then, expected, fell) in [
            (Verdict::Pass, fail(), Verdict::Pass, false),
            (fail(), Verdict::Pass, fail(), false),
            (unknown("first.unknown"), Verdict::Pass, Verdict::Pass, true),
            (unknown("first.unknown"), fail(), fail(), true),
            (unknown("first.unknown"), unknown("then.unknown"), unknown("then.unknown"), true),
        ] {
            let pair = FallThrough { first: Box::new(Says(first)), then: Box::new(Says(then)) };
            let finding = pair.verify(&prompt, "");
            assert_eq!(finding.verdict, expected);
            assert_eq!(finding.details.contains_key("fell_through"), fell);
        }
    }
}
