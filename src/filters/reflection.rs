//! `reflection`: counts how often a chain checks itself or turns back. In: the text. Out: keep, unless limits are set:
//! `reflection.too_few`, `reflection.too_many`; scores `self_checks` ("let me verify"), `backtracks` ("wait", "on second
//! thought"), `reflections` (both), `reflections_per_1000_words`. Never judges whether a check was worth it.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::phrases::Phrases;
use super::reading::Reading;
use super::{Filter, Judgement};
use crate::record::{Completion, Decision, Prompt, Reason};

/// Options of `reflection`: none set, it only records its scores.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reflection {
    /// Fewest self-checks and turns together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_reflections: Option<u32>,
    /// Most of them: a chain that turns back again and again is lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_reflections: Option<u32>,
}

impl Reflection {
    /// Checks that the limits leave something between them.
    ///
    /// # Errors
    /// A sentence that names the options.
    pub fn checked(self) -> Result<Self, String> {
        if let (Some(min), Some(max)) = (self.min_reflections, self.max_reflections)
            && max < min
        {
            return Err(format!(
                "max_reflections is {max} but min_reflections is {min}: nothing would be kept"
            ));
        }
        Ok(self)
    }
}

const CHECK: u32 = 0;
const TURN: u32 = 1;

/// Self-checks, by language.
const CHECKS: &[&[&str]] = &[
    // English
    &[
        "let me verify",
        "let me check",
        "let me double-check",
        "let me double check",
        "let me recheck",
        "let me re-check",
        "let me confirm",
        "let me test",
        "let's verify",
        "let's check",
        "let's double-check",
        "let's double check",
        "let's confirm",
        "let's test",
        "let us verify",
        "let us check",
        "i should verify",
        "i should check",
        "i should double-check",
        "we can verify",
        "we can check",
        "to verify",
        "to double-check",
        "to be sure",
        "double-checking",
        "checking:",
        "check:",
        "verification:",
        "sanity check",
        "does this make sense",
        "that makes sense",
        "i need to check",
        "i want to check",
        "i'll check",
        "i will check",
        "i'll verify",
        "check this",
        "plugging back",
        "plug it back",
    ],
    // German, Spanish, French, Italian, Portuguese
    &[
        "lass mich prüfen",
        "lass mich überprüfen",
        "ich prüfe",
        "ich überprüfe",
        "prüfen wir",
        "überprüfen wir",
        "zur kontrolle",
        "probe:",
        "zur probe",
    ],
    &[
        "déjame verificar",
        "déjame comprobar",
        "verifiquemos",
        "comprobemos",
        "vamos a verificar",
        "vamos a comprobar",
        "para verificar",
        "comprobación:",
    ],
    &[
        "vérifions",
        "je vérifie",
        "laissez-moi vérifier",
        "laisse-moi vérifier",
        "vérification",
        "pour vérifier",
    ],
    &["verifichiamo", "controlliamo", "fammi verificare", "fammi controllare", "per verificare", "verifica:"],
    &[
        "vamos verificar",
        "deixe-me verificar",
        "deixa-me verificar",
        "verificando",
        "vamos conferir",
        "para verificar:",
    ],
    // Dutch, Swedish, Polish, Czech, Hungarian, Finnish, Romanian
    &["laat me controleren", "laten we controleren", "even controleren", "ter controle"],
    &["låt mig kontrollera", "låt oss kontrollera", "kontrollera:", "låt mig dubbelkolla"],
    &["sprawdźmy", "sprawdzę", "pozwól mi sprawdzić", "sprawdzenie"],
    &["ověřme", "ověřím", "zkontroluji", "zkontrolujme", "zkouška:"],
    &["ellenőrizzük", "ellenőrzöm", "ellenőrzés"],
    &["tarkistetaan", "tarkistan", "tarkistus:"],
    &["să verificăm", "verific", "lasă-mă să verific"],
    // Turkish, Vietnamese, Indonesian
    &["kontrol edelim", "kontrol edeyim", "doğrulayalım", "sağlama:"],
    &["hãy kiểm tra", "để tôi kiểm tra", "kiểm tra lại", "thử lại:"],
    &["mari kita periksa", "mari periksa", "saya periksa", "mari kita verifikasi", "periksa kembali"],
    // Russian, Ukrainian, Bulgarian, Greek
    &["проверим", "давайте проверим", "проверю", "проверка:", "перепроверим"],
    &["перевіримо", "давайте перевіримо", "перевірю", "перевірка:"],
    &["нека проверим", "нека проверя", "да проверим"],
    &["ας ελέγξουμε", "ας επαληθεύσουμε", "ελέγχω", "επαλήθευση"],
    // Hebrew, Arabic, Persian, Hindi, Thai
    &["בוא נבדוק", "בואו נבדוק", "אבדוק", "בדיקה:"],
    &["دعني أتحقق", "لنتحقق", "دعونا نتحقق", "للتحقق"],
    &["بگذار بررسی کنم", "بررسی کنیم", "بررسی می‌کنم"],
    &["जाँच करते हैं", "जांच करते हैं", "मुझे जाँचने दें", "सत्यापित करें"],
    &["ลองตรวจสอบ", "ตรวจสอบอีกครั้ง", "ตรวจคำตอบ"],
    // Chinese, Japanese, Korean
    &[
        "检查一下",
        "验证一下",
        "让我检查",
        "让我验证",
        "我们来验证",
        "我们验证",
        "再检查",
        "再验证",
        "验算",
        "检验",
        "核对一下",
        "確認一下",
        "驗證",
    ],
    &["確認してみ", "確認しよう", "検算", "確かめ", "チェックしてみ"],
    &["확인해 보", "확인해보", "검산", "검증해"],
];

/// Turns, by language.
const TURNS: &[&[&str]] = &[
    &[
        "wait,",
        "wait.",
        "wait!",
        "wait…",
        "wait...",
        "wait -",
        "wait —",
        "wait–",
        "but wait",
        "oh wait",
        "no, wait",
        "hold on",
        "hmm",
        "hm,",
        "on second thought",
        "actually, no",
        "actually, wait",
        "scratch that",
        "let me reconsider",
        "let me rethink",
        "let me think again",
        "let me try again",
        "let me start over",
        "let me redo",
        "let me re-examine",
        "let me reexamine",
        "let me go back",
        "let's go back",
        "let me backtrack",
        "i made a mistake",
        "i made an error",
        "i made a slip",
        "i was wrong",
        "i misread",
        "that's wrong",
        "that is wrong",
        "that's not right",
        "that is not right",
        "that can't be right",
        "that cannot be right",
        "this is wrong",
        "this isn't right",
        "that's incorrect",
        "oops",
        "correction:",
        "another approach",
        "a different approach",
        "alternatively,",
    ],
    &[
        "moment mal",
        "warte,",
        "warte.",
        "halt,",
        "das stimmt nicht",
        "das ist falsch",
        "ich habe einen fehler gemacht",
        "nochmal von vorn",
    ],
    &[
        "espera,",
        "espera.",
        "un momento",
        "eso no es correcto",
        "eso está mal",
        "me equivoqué",
        "pensándolo mejor",
    ],
    &[
        "attendez",
        "attends,",
        "un instant",
        "ce n'est pas correct",
        "c'est faux",
        "je me suis trompé",
        "j'ai fait une erreur",
    ],
    &["aspetta", "un momento,", "non è corretto", "ho sbagliato", "è sbagliato"],
    &[
        "espere,",
        "espera aí",
        "um momento",
        "isso não está certo",
        "isso está errado",
        "cometi um erro",
        "me enganei",
    ],
    &["wacht,", "wacht even", "dat klopt niet", "ik heb een fout gemaakt"],
    &["vänta,", "vänta lite", "det stämmer inte", "jag gjorde fel"],
    &["czekaj", "zaraz,", "to nie jest poprawne", "pomyliłem się", "to błąd"],
    &["počkat", "moment,", "to není správně", "udělal jsem chybu"],
    &["várjunk", "várj,", "ez nem helyes", "hibáztam"],
    &["hetkinen", "odota,", "se ei ole oikein", "tein virheen"],
    &["stai,", "așteaptă", "nu este corect", "am greșit"],
    &["bekle,", "bir dakika", "bu doğru değil", "hata yaptım"],
    &["khoan đã", "chờ đã", "đợi đã", "không đúng", "tôi đã nhầm"],
    &["tunggu,", "tunggu sebentar", "itu tidak benar", "saya salah"],
    &[
        "подожди",
        "подождите",
        "стоп,",
        "хотя нет",
        "это неверно",
        "это неправильно",
        "я ошибся",
        "я допустил ошибку",
    ],
    &["зачекай", "зачекайте", "стривай", "це неправильно", "я помилився"],
    &["чакай", "почакай", "това не е вярно", "сгреших"],
    &["περίμενε", "μια στιγμή", "αυτό δεν είναι σωστό", "έκανα λάθος"],
    &["רגע,", "חכה", "זה לא נכון", "טעיתי"],
    &["انتظر", "مهلا", "هذا غير صحيح", "أخطأت"],
    &["صبر کن", "یک لحظه", "این درست نیست", "اشتباه کردم"],
    &["रुकिए", "रुको", "यह सही नहीं है", "मैंने गलती"],
    &["เดี๋ยวก่อน", "รอก่อน", "ไม่ถูกต้อง", "ฉันทำผิด"],
    &[
        "等等",
        "等一下",
        "等下",
        "不对",
        "不對",
        "我错了",
        "我算错",
        "重新考虑",
        "重新计算",
        "换个思路",
        "再想想",
    ],
    &["待って", "ちょっと待", "いや、", "間違え", "間違い", "やり直"],
    &["잠깐", "잠시만", "아니,", "틀렸", "다시 생각해"],
];

/// The phrases that are counted.
pub(super) static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    let of = |kind, lists: &'static [&'static [&'static str]]| {
        lists.iter().flat_map(move |list| list.iter().map(move |phrase| (kind, *phrase)))
    };
    Phrases::new(of(CHECK, CHECKS).chain(of(TURN, TURNS)))
});

impl Filter for Reflection {
    fn name(&self) -> &'static str {
        "reflection"
    }

    fn judge(&self, prompt: &Prompt, completion: &Completion) -> Judgement {
        self.judge_reading(prompt, &Reading::new(completion))
    }

    fn judge_reading(&self, _: &Prompt, reading: &Reading<'_>) -> Judgement {
        let text = reading.text();
        let mut counts = [0u32; 2];
        for (kind, _, _) in PHRASES.find(text, reading.openings()) {
            counts[kind as usize] += 1;
        }
        let all = counts[0] + counts[1];
        let decision = match (self.min_reflections, self.max_reflections) {
            (Some(min), _) if all < min => Decision::Drop(Reason::new(
                "reflection.too_few",
                format!("{all} self-checks and turns, fewer than {min}"),
            )),
            (_, Some(max)) if all > max => Decision::Drop(Reason::new(
                "reflection.too_many",
                format!("{all} self-checks and turns, more than {max}"),
            )),
            _ => Decision::Keep,
        };
        // White space separates words; where a script has none, six bytes are about a word.
        let spaces: u32 =
            reading.blocks().iter().map(|block| (block.spaces | block.newlines).count_ones()).sum();
        let words = (spaces as usize).max(text.len() / 12).max(1);
        let scores = vec![
            ("self_checks", f64::from(counts[0])),
            ("backtracks", f64::from(counts[1])),
            ("reflections", f64::from(all)),
            ("reflections_per_1000_words", f64::from(all) * 1000.0 / words as f64),
        ];
        Judgement { decision, scores }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filters::testing::{completion, prompt, reason};

    #[test]
    fn counts_table() {
        for (text, checks, turns) in [
            ("So it is 7.", 0.0, 0.0),
            ("Wait, that's not right. Let me check: 3 + 4 = 7.", 1.0, 2.0),
            ("They wait for the bus; the waiter waits.", 0.0, 0.0),
            ("Hmm. On second thought, let’s verify it.", 1.0, 2.0),
            ("等等，不对。让我检查一下。", 1.0, 2.0),
            ("Moment mal, das stimmt nicht. Überprüfen wir es.", 1.0, 2.0),
            ("Подождите, проверим ещё раз.", 1.0, 1.0),
            ("잠깐, 다시 확인해 보자.", 1.0, 1.0),
            ("Attends, vérifions.", 1.0, 1.0),
        ] {
            let judgement = Reflection::default().judge(&prompt(), &completion(text));
            assert_eq!((judgement.scores[0].1, judgement.scores[1].1), (checks, turns), "{text:?}");
            assert_eq!(reason(&judgement), "", "nothing is dropped unless asked");
        }
    }

    #[test]
    fn each_language_of_the_lists_is_counted() {
        for list in CHECKS.iter().chain(TURNS) {
            for phrase in *list {
                let judgement =
                    Reflection::default().judge(&prompt(), &completion(&format!("x: {phrase} so")));
                assert!(judgement.scores[2].1 >= 1.0, "{phrase}");
            }
        }
    }

    #[test]
    fn limits_table() {
        let text = completion("Wait, no. Let me check.");
        for (min, max, expected) in [
            (None, None, ""),
            (Some(2), Some(2), ""),
            (Some(3), None, "reflection.too_few"),
            (None, Some(1), "reflection.too_many"),
        ] {
            let filter = Reflection { min_reflections: min, max_reflections: max };
            assert_eq!(reason(&filter.judge(&prompt(), &text)), expected, "{filter:?}");
        }
        let crossed = Reflection { min_reflections: Some(3), max_reflections: Some(2) };
        assert!(crossed.checked().expect_err("crossed").contains("max_reflections"));
    }
}
