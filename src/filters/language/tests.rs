//! The keep/drop tables of the language filter, and what holds for every text.

use super::*;
use crate::filters::testing::{completion, prompt, reason};
use proptest::prelude::*;

/// What is said of a completion to a problem.
fn judge(problem: &str, text: &str) -> Judgement {
    let prompt = Prompt { problem: problem.to_owned(), ..prompt() };
    LanguageMixing::default().judge(&prompt, &completion(text))
}

fn detail(judgement: &Judgement) -> &str {
    match &judgement.decision {
        Decision::Keep => "",
        Decision::Drop(reason) => &reason.detail,
    }
}

const PROBLEM: &str = "A farmer has 12 cows and buys 5 more. How many cows does he have now?";
const BEFORE: &str = "<think>\nFirst we look at what the farmer had, which is $12$ cows. ";
const AFTER: &str = " Then $12 + 5 = 17$, which is what we wanted to know.\n</think>\n\nSo \\boxed{17}.";

/// "Now we add the two numbers and then check the result once more", or nearly so.
const SENTENCES: [(&str, &str); 36] = [
    ("German", "Nun addieren wir die beiden Zahlen und prüfen dann das Ergebnis noch einmal."),
    ("French", "Maintenant nous additionnons les deux nombres puis nous vérifions encore le résultat."),
    ("Spanish", "Ahora sumamos los dos números y después comprobamos otra vez el resultado."),
    ("Italian", "Adesso sommiamo i due numeri e poi controlliamo ancora una volta il risultato."),
    ("Portuguese", "Agora somamos os dois números e depois verificamos mais uma vez o resultado."),
    ("Dutch", "Nu tellen we de twee getallen bij elkaar op en controleren we het resultaat nog een keer."),
    ("Swedish", "Nu lägger vi ihop de två talen och kontrollerar sedan resultatet en gång till."),
    ("Polish", "Teraz dodajemy obie liczby, a potem jeszcze raz sprawdzamy wynik."),
    ("Czech", "Nyní sečteme obě čísla a potom výsledek ještě jednou zkontrolujeme."),
    ("Hungarian", "Most összeadjuk a két számot, majd még egyszer ellenőrizzük az eredményt."),
    ("Finnish", "Nyt laskemme nämä kaksi lukua yhteen ja tarkistamme sitten tuloksen vielä kerran."),
    ("Romanian", "Acum adunăm cele două numere și apoi verificăm încă o dată rezultatul."),
    ("Turkish", "Şimdi iki sayıyı topluyoruz ve sonra sonucu bir kez daha kontrol ediyoruz."),
    ("Vietnamese", "Bây giờ chúng ta cộng hai số lại rồi kiểm tra kết quả một lần nữa."),
    ("Indonesian", "Sekarang kita menjumlahkan kedua bilangan itu lalu memeriksa hasilnya sekali lagi."),
    ("Chinese", "现在我们把两个数加起来，然后再检查一遍结果。"),
    ("Japanese", "次に二つの数を足して、もう一度結果を確かめます。"),
    ("Korean", "이제 두 수를 더하고 결과를 다시 한번 확인합니다."),
    ("Russian", "Теперь сложим оба числа и потом ещё раз проверим результат."),
    ("Ukrainian", "Тепер додамо обидва числа і потім ще раз перевіримо результат."),
    ("Bulgarian", "Сега събираме двете числа и после още веднъж проверяваме резултата."),
    ("Arabic", "الآن نجمع العددين ثم نتحقق من النتيجة مرة أخرى."),
    ("Hebrew", "עכשיו נחבר את שני המספרים ואז נבדוק שוב את התוצאה."),
    ("Hindi", "अब हम दोनों संख्याओं को जोड़ते हैं और परिणाम की फिर से जाँच करते हैं।"),
    ("Bengali", "এখন আমরা দুটি সংখ্যা যোগ করি এবং ফলাফল আবার পরীক্ষা করি।"),
    ("Tamil", "இப்போது இரண்டு எண்களையும் கூட்டி முடிவை மீண்டும் சரிபார்க்கிறோம்."),
    ("Telugu", "ఇప్పుడు రెండు సంఖ్యలను కలిపి ఫలితాన్ని మళ్ళీ పరిశీలిద్దాం."),
    ("Greek", "Τώρα προσθέτουμε τους δύο αριθμούς και ελέγχουμε ξανά το αποτέλεσμα."),
    ("Thai", "ตอนนี้เราบวกสองจำนวนแล้วตรวจสอบผลลัพธ์อีกครั้ง"),
    ("Georgian", "ახლა ვკრებთ ორ რიცხვს და კიდევ ერთხელ ვამოწმებთ შედეგს."),
    ("Armenian", "Այժմ գումարում ենք երկու թվերը և նորից ստուգում արդյունքը։"),
    ("Gujarati", "હવે આપણે બે સંખ્યાઓ ઉમેરીએ અને પરિણામ ફરી તપાસીએ."),
    ("Kannada", "ಈಗ ನಾವು ಎರಡು ಸಂಖ್ಯೆಗಳನ್ನು ಕೂಡಿಸಿ ಫಲಿತಾಂಶವನ್ನು ಮತ್ತೆ ಪರಿಶೀಲಿಸುತ್ತೇವೆ."),
    ("Malayalam", "ഇപ്പോൾ നാം രണ്ട് സംഖ്യകൾ കൂട്ടി ഫലം വീണ്ടും പരിശോധിക്കുന്നു."),
    ("Khmer", "ឥឡូវនេះយើងបូកលេខទាំងពីរ ហើយពិនិត្យលទ្ធផលម្តងទៀត។"),
    ("Amharic", "አሁን ሁለቱን ቁጥሮች እንደምራለን ውጤቱንም እንደገና እናረጋግጣለን።"),
];

#[test]
fn a_sentence_of_each_language_is_found_where_it_stands() {
    for (language, sentence) in SENTENCES {
        let text = format!("{BEFORE}{sentence}{AFTER}");
        let judgement = judge(PROBLEM, &text);
        assert_eq!(reason(&judgement), "language.foreign_span", "{language}: {judgement:?}");
        let detail = detail(&judgement);
        assert!(detail.contains(&format!(" in {language} at byte ")), "{language}: {detail}");
        // The span begins within the sentence's first words: a word that both languages have may be left out.
        let at: usize = detail
            .split("at byte ")
            .nth(1)
            .and_then(|rest| rest.split(':').next())
            .map_or(0, |at| at.parse().expect("an offset"));
        let sentence = BEFORE.len()..BEFORE.len() + sentence.len() / 3;
        assert!(sentence.contains(&at), "{language}: {detail}");
        assert!(detail.ends_with("in a text in English"), "{detail}");
    }
}

#[test]
fn english_in_a_text_of_another_language_is_found() {
    let english = "Now we add the two numbers and then check the result once more.";
    for (language, sentence) in SENTENCES {
        let problem = format!("{sentence} {sentence}");
        let text = format!("{sentence} {sentence} {english} {sentence}");
        let judgement = judge(&problem, &text);
        assert_eq!(reason(&judgement), "language.foreign_span", "{language}: {judgement:?}");
        assert!(detail(&judgement).contains(" in English at byte "), "{language}: {judgement:?}");
        // And the text by itself is of one language, as is an answer in it to a problem in it.
        let alone = judge(&problem, &format!("{sentence} {sentence}"));
        assert_eq!(reason(&alone), "", "{language}: {alone:?}");
    }
}

/// What looks like another language and is none, or is what was asked for.
#[test]
fn what_is_no_mixing_table() {
    let mut wrong = Vec::new();
    for (name, problem, text) in [
        // What the prompt asks about.
        (
            "a quoted word",
            "What does the German word \"Schadenfreude\" mean?",
            "The word Schadenfreude joins Schaden and Freude.",
        ),
        (
            "a translation",
            "Translate \"the cat sleeps on the old bed\" to French.",
            "It is: le chat dort sur le vieux lit.",
        ),
        (
            "a translation from",
            "Translate to English: «Je voudrais acheter trois pommes rouges.»",
            "The French sentence «Je voudrais acheter trois pommes rouges.» means: I would like to buy three red apples.",
        ),
        (
            "a quoted sentence",
            "How many letters has \"Der schnelle braune Fuchs springt über den Hund\"?",
            "In \"Der schnelle braune Fuchs springt über den Hund\" we count the letters of each word.",
        ),
        ("a Chinese word", "Who wrote 红楼梦?", "The novel 红楼梦 was written in the 18th century."),
        (
            "a Spanish problem, answered in Spanish",
            "Ana tiene tres manzanas y compra cuatro más. ¿Cuántas manzanas tiene ahora?",
            "Ana tenía tres manzanas y compró cuatro, así que ahora tiene siete manzanas.",
        ),
        (
            "a Japanese answer in Han characters",
            "次の計算をしてください。三たす四はいくつですか。",
            "三加四等七。答は七です。",
        ),
        ("a Chinese answer to a Chinese problem", "三加四等于多少？", "三加四等于七，所以答案是七。"),
        // Names.
        (
            "names of people",
            PROBLEM,
            "Señor Müller and Zoë Brontë met François Viète, Søren Kierkegaard and Paul Erdős in Łódź.",
        ),
        (
            "names of places",
            PROBLEM,
            "She flew from São Paulo to Köln, then to Reykjavík, Málaga and Wrocław.",
        ),
        (
            "Spanish names",
            PROBLEM,
            "Juan de la Cruz, María del Carmen and José Luis de los Santos share the prize.",
        ),
        ("Chinese names", PROBLEM, "Xiao Ming and Zhang Wei play with Li Na and Wang Xiuying."),
        (
            "theorems",
            PROBLEM,
            "By Cauchy-Schwarz, Vieta, l'Hôpital, Bézout and the Nullstellensatz we are done.",
        ),
        (
            "a ring of names",
            PROBLEM,
            "Alejandro, Guadalupe, Ximena, Joaquín and Íñigo stand in a row; Joaquín is third.",
        ),
        // Loanwords.
        (
            "an Ansatz",
            PROBLEM,
            "With the Ansatz y = e^x we get the eigenvalue, ergo the Gedankenexperiment works.",
        ),
        (
            "Latin of scholars",
            PROBLEM,
            "The proof (cf. Smith et al., ibid., pp. 3 ff.) is a reductio ad absurdum, i.e. by contradiction, q.e.d.",
        ),
        ("quod erat demonstrandum", PROBLEM, "So it is prime. Quod erat demonstrandum."),
        (
            "a priori",
            PROBLEM,
            "A priori we know nothing, but a posteriori, and mutatis mutandis, it holds vice versa.",
        ),
        (
            "French of English",
            PROBLEM,
            "It is a fait accompli, déjà vu, a cliché, and the raison d'être of the café.",
        ),
        (
            "food",
            PROBLEM,
            "He buys 3 croissants, 2 baguettes, a piñata, jalapeños, tacos and a crème brûlée.",
        ),
        ("Japanese loanwords", PROBLEM, "She folds origami, solves a sudoku and sings karaoke in a kimono."),
        // Symbols.
        (
            "Greek letters",
            PROBLEM,
            "Let α, β and γ be the angles, with α + β + γ = π, and λ the eigenvalue; Δ = β² − 4αγ.",
        ),
        ("Greek products", PROBLEM, "So αβ + βγ + γα = 0 and 2πr = τr, with ε > 0, δ > 0."),
        ("names of Greek letters", PROBLEM, "Alpha plus beta is gamma, so theta over sigma is omega."),
        ("LaTeX with text", PROBLEM, "So $x = \\text{Anzahl der Kühe}$ and \\(\\mathrm{Fläche} = 7\\)."),
        ("units", PROBLEM, "It weighs 5 kg 300 g, is 3 μm wide, at 20 °C and 7 Ω, for 12 €."),
        ("emoji", PROBLEM, "We got it 🎉🎉! 👩‍🔬 says ✅, 🇩🇪 and 🇯🇵 agree 🙂."),
        (
            "chess",
            PROBLEM,
            "After 1. e4 e5 2. Nf3 Nc6 3. Bb5 a6 4. Ba4 Nf6 5. O-O Be7 White has Rd1 and Qxd5+.",
        ),
        (
            "DNA",
            PROBLEM,
            "The strand is ACGTTGCA, then gattacagattaca, then ggc aat tcg cca gta; its complement is TGCAACGT.",
        ),
        ("chemistry", PROBLEM, "NaCl and H2SO4 give HCl; CaCO3 falls out, with NaOH and KMnO4 left over."),
        ("Roman numerals", PROBLEM, "MCMXCIV is 1994, and xiv is 14, xviii is 18."),
        (
            "variables",
            PROBLEM,
            "Then abc + bcd = cde, so pqr = xyz, and the matrix ab, cd has det ad minus bc.",
        ),
        ("letters in a row", PROBLEM, "The arrangements are aabb, abab, abba, baab, baba and bbaa."),
        (
            "a word puzzle",
            "Unscramble the letters of \"tca\".",
            "The orders are tca, tac, cta, cat, act and atc; cat is a word.",
        ),
        (
            "a cipher",
            PROBLEM,
            "Shifting each letter by three gives wkh, frz, mxpsv; so it reads the, cow, jumps.",
        ),
        ("syllables", PROBLEM, "The song goes la la la, do re mi fa sol la ti do."),
        ("onomatopoeia", PROBLEM, "Hmm, ah, oh, uh, huh. Aha! Haha, nope, yep, ok."),
        // Code.
        (
            "code in a fence",
            PROBLEM,
            "Look:\n```python\n# Das ist ein Kommentar in einer anderen Sprache, und er ist lang\nprint(3)\n```\nSo it is 3.",
        ),
        (
            "code with Chinese comments",
            PROBLEM,
            "Look:\n```python\n# 先把两个数加起来，然后输出\nprint(3)\n```\nSo it is 3.",
        ),
        (
            "inline code",
            PROBLEM,
            "We call `summe_der_zahlen(der_hund, die_katze)` and `print(\"Guten Morgen, wie geht es dir\")`.",
        ),
        ("a URL", PROBLEM, "See https://de.wikipedia.org/wiki/Satz_des_Pythagoras_und_der_Beweis for more."),
        (
            "identifiers",
            PROBLEM,
            "Here numero_de_vacas = 12, vacas_nuevas = 5 and el_total = numero_de_vacas + vacas_nuevas.",
        ),
        // Pinyin.
        ("pinyin", PROBLEM, "The syllable nǐ hǎo is a greeting, and zhōngguó is a country."),
        (
            "transliterated Russian names",
            PROBLEM,
            "Vladimir, Anastasia and Dmitri took the train from Nizhny Novgorod to Vladivostok.",
        ),
        (
            "Indian names and words",
            PROBLEM,
            "Rajesh Ramanujan pays 3 lakh rupees to Srinivasa Aryabhata Bhaskara.",
        ),
        // English in a Chinese text is how mathematics is written.
        (
            "terms in Chinese",
            "什么是最大公约数？",
            "最大公约数（greatest common divisor，GCD）是能整除两个数的最大整数，例如 gcd(12, 18) = 6。",
        ),
        (
            "a program in Chinese",
            "写一个函数",
            "我们用 Python 的 sorted 函数和 list 来做，时间复杂度是 O(n log n)。",
        ),
        ("names in Chinese", "珍妮特有几个苹果？", "珍妮特（Janet）有 3 个苹果，John Smith 有 4 个。"),
        ("names in Russian", "Сколько яблок у Анны?", "По формуле Cauchy и программе Python у Анны 7 яблок."),
    ] {
        for text in [text.to_owned(), format!("<think>\n{text}\n</think>\n\n{text} So \\boxed{{7}}.")] {
            let judgement = judge(problem, &text);
            if !reason(&judgement).is_empty() {
                wrong.push(format!("{name}: {}", detail(&judgement)));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_mixing_table() {
    let mut wrong = Vec::new();
    for (name, problem, text, language) in [
        (
            "a Spanish problem, answered in English",
            "Ana tiene tres manzanas y compra cuatro más. ¿Cuántas manzanas tiene ahora?",
            "Ana had three apples and bought four, so now she has seven of them.",
            "English",
        ),
        (
            "English in Chinese",
            "三加四等于多少？",
            "我们先看三加四。Let me check this again because it looks wrong. 所以答案是七。",
            "English",
        ),
        ("Chinese in English", PROBLEM, "We add them, 因此 the answer is 17.", "Chinese"),
        ("one Russian word", PROBLEM, "We add them, значит the answer is 17.", "Russian"),
        ("one Arabic word", PROBLEM, "We add them, إذن the answer is 17.", "Arabic"),
        ("one Korean word", PROBLEM, "We add them, 따라서 the answer is 17.", "Korean"),
        ("a Greek word", PROBLEM, "We add them, άρα the answer is 17.", "Greek"),
        (
            "a sentence between dollars",
            PROBLEM,
            "So $Nun addieren wir die beiden Zahlen und prüfen das Ergebnis$ we are done.",
            "German",
        ),
        (
            "behind formulas",
            PROBLEM,
            "Since $a = 1$, $b = 2$: also addieren wir jetzt $a$ und dann noch $b$ und bekommen wieder $3$.",
            "German",
        ),
        (
            "in another language than the one named",
            "Translate \"the cat\" from English.",
            "It is the cat. Ich weiß aber nicht, welche Sprache hier gemeint ist, und rate einfach.",
            "",
        ),
        (
            "Chinese in Japanese",
            "三たす四はいくつですか。考え方も書いてください。",
            "三に四を足します。我们现在把这两个数加起来，然后检查结果。だから七です。",
            "Chinese",
        ),
        (
            "Japanese in Chinese",
            "三加四等于多少？",
            "我们先加起来。だから、答えはななになります。所以是七。",
            "Japanese",
        ),
        (
            "Ukrainian in Russian",
            "Сколько будет три плюс четыре? Объясните решение подробно.",
            "Сложим три и четыре. Тепер ми ще раз перевіримо, чи правильний цей результат. Получится семь.",
            "Ukrainian",
        ),
    ] {
        let judgement = judge(problem, text);
        if language.is_empty() {
            // A translation allows every language.
            assert_eq!(reason(&judgement), "", "{name}: {judgement:?}");
            continue;
        }
        if reason(&judgement) != "language.foreign_span"
            || !detail(&judgement).contains(&format!(" in {language} at byte "))
        {
            wrong.push(format!("{name}: {judgement:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn options_table() {
    let text = format!("{BEFORE}Nun addieren wir die beiden Zahlen und prüfen das Ergebnis.{AFTER}");
    let said = |options: Options| {
        let filter = options.checked().expect("in range");
        reason(&filter.judge(&Prompt { problem: PROBLEM.to_owned(), ..prompt() }, &completion(&text)))
            .to_owned()
    };
    let default = Options::default();
    assert_eq!(said(default.clone()), "language.foreign_span");
    let long = Options { max_foreign_span_words: 50, ..default.clone() };
    assert_eq!(said(long.clone()), "language.foreign_fraction");
    assert_eq!(said(Options { max_foreign_fraction: 0.9, ..long }), "");
    // The named language is the target, whatever the prompt's.
    let target = Options { target: "German".to_owned(), ..default.clone() };
    assert_eq!(said(target), "language.foreign_span");
    for (options, named) in [
        (Options { target: "Klingon".to_owned(), ..default.clone() }, "target"),
        (Options { max_foreign_fraction: 1.5, ..default.clone() }, "max_foreign_fraction"),
        (Options { max_foreign_fraction: f64::NAN, ..default }, "max_foreign_fraction"),
    ] {
        let message = options.checked().expect_err(named);
        assert!(message.contains(named), "{message}");
    }
}

#[test]
fn scores_are_recorded_on_keep_and_on_drop() {
    for text in ["We add 3 and 4.", "We add 3 and 4, 因此 it is 7."] {
        let names: Vec<&str> = judge(PROBLEM, text).scores.into_iter().map(|(name, _)| name).collect();
        assert_eq!(
            names,
            ["foreign_spans", "foreign_words", "longest_foreign_span", "foreign_fraction", "evidence"]
        );
    }
}

proptest! {
    #[test]
    fn a_planted_sentence_is_dropped_wherever_it_is(
        language in 0..SENTENCES.len(), before in 0usize..12, after in 0usize..12, paragraph: bool,
    ) {
        let own = "We look at the numbers, which are $3$ and $4$, and go on from there. ";
        let gap = if paragraph { "\n\n" } else { "" };
        let text = format!("{}{gap}{}{gap} {}", own.repeat(before), SENTENCES[language].1, own.repeat(after));
        let judgement = judge(PROBLEM, &text);
        prop_assert_eq!(reason(&judgement), "language.foreign_span");
    }

    #[test]
    fn scores_are_numbers_and_offsets_stand_in_the_text(text in "(?s).{0,300}", problem in "(?s).{0,60}") {
        let judgement = judge(&problem, &text);
        for (name, score) in &judgement.scores {
            prop_assert!(score.is_finite() && *score >= 0.0, "{} {}", name, score);
            prop_assert!(*name != "foreign_fraction" || *score <= 1.0, "{} {}", name, score);
        }
        if let Some(at) = detail(&judgement).split("at byte ").nth(1).and_then(|rest| rest.split(':').next()) {
            let at: usize = at.parse().expect("an offset");
            prop_assert!(at < text.len() && text.is_char_boundary(at));
        }
    }
}
