//! Words that are no sign of another language: technical terms in Latin letters within texts of other scripts,
//! phrases that English borrowed, syllables of pinyin. Plain data with its lookup.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

/// English words of mathematics and programming that stand unexplained in texts of other scripts, and the
/// particles of names.
const TERMS: &str = "
    least greatest common multiple divisor factor factors factorization prime number numbers integer real
    complex mean median mode variance standard deviation normal distribution random variable square root cube
    linear quadratic cubic equation inequality function inverse identity matrix vector determinant rank trace
    eigenvalue eigenvector gradient descent learning rate machine deep neural network loss cross entropy
    binary search tree heap stack queue hash table map set list array string graph node edge path shortest
    depth breadth first last dynamic programming greedy divide conquer brute force two pointer pointers sliding
    window prefix sum sums time space limit exceeded complexity memory input output test case cases class
    object method return value key index loop while for if else true false null none print def import int float
    double bool char long maximum minimum max min mod gcd lcm log ln sin cos tan lim sup inf arg det dim ker
    step example note answer final lemma theorem proof corollary definition proposition solution check
    left right top bottom up down side angle triangle circle area volume height width length radius diameter
    modulo modular arithmetic geometric harmonic series sequence limit derivative integral differential
    law rule principle chain product quotient remainder power exponent base expected probability
    degree order degrees ratio percent rate unit units cm mm km kg ms hz mol ml sec min
    st
    python java rust html css json csv sql api http url cpu gpu ram
";

/// Words of Latin and of other languages that English texts use without a thought, and what mathematics and
/// programs are written with. Words of two or three letters are not here, nor are the articles of other languages:
/// a phrase of two words is too little evidence in any case.
const BORROWED: &str = "
    plus minus pi priori posteriori infinitum absurdum nauseam litteram initio bona fide ceteris caeteris paribus circa facto jure
    novo ergo cetera nihilo officio situ vitro vivo toto inter alia ipso ibid quod erat demonstrandum faciendum mea
    culpa modus operandi ponens tollens mutatis mutandis sequitur annum capita prima facie rata forma quid quasi
    reductio sine qua status generis supra infra terra incognita verbatim versus vice versa raison d'être carte
    déjà vu laissez faire savoir cliché naïve naïveté façade résumé fiancé fiancée crème brûlée café piñata jalapeño
    señor señora señorita état masse entrée œuvre vis-à-vis tête-à-tête faux accompli zeitgeist ansatz eigen
    kindergarten gedanken doppelgänger poltergeist alea iacta carpe diem cogito deus machina homo sapiens magnum
    opus alma mater lemmata maxima minima formulae radii loci foci vertices abscissa karaoke sudoku origami tsunami
    kimono sushi ramen taco tacos burrito burritos tortilla tortillas enchilada enchiladas quesadilla salsa croissant
    croissants baguette baguettes macaron macarons spaghetti lasagna ravioli pizza pizzas latte lattes espresso
    cappuccino gelato biscotti mozzarella ricotta parmesan peso pesos dinar dinars rupee rupees kuna zloty lira krona
    kronor forint theta omega omicron upsilon epsilon lambda sigma kappa iota zeta alpha beta gamma delta arcsin
    arccos arctan sinh cosh tanh neon xenon argon krypton radon helium lithium beryllium boron natrium kalium ferrum
    argentum aurum def elif else lst arr tuple bool char sorted enumerate isinstance append func idx nums ret tmp vals
    adagio allegro allegretto andante fortissimo pianissimo crescendo diminuendo staccato legato arpeggio pizzicato
    ballet pirouette arabesque plié jeté relevé zugzwang zwischenzug fianchetto gambit bourguignon fondue ratatouille
    risotto paella churros guacamole habeas loquitur
    aha ahh haha hahaha hehe huh hmm ooh ouch oops wow yay yeah yep nope okay obj iter init chr args kwargs cls utf diff substr viii xiii xviii
";

static TERM: LazyLock<HashSet<&'static str>> = LazyLock::new(|| TERMS.split_whitespace().collect());
static BORROW: LazyLock<HashSet<&'static str>> = LazyLock::new(|| BORROWED.split_whitespace().collect());

/// True for a technical term or a particle of a name, in any case.
pub fn is_term(word: &str) -> bool {
    lowered(word, |lower| TERM.contains(lower))
}

/// True for what stands between the parts of a name: Juan de la Cruz, Ludwig van Beethoven.
fn is_particle(word: &str) -> bool {
    matches!(
        word,
        "de" | "la"
            | "las"
            | "los"
            | "del"
            | "da"
            | "do"
            | "dos"
            | "das"
            | "di"
            | "della"
            | "du"
            | "des"
            | "le"
            | "von"
            | "van"
            | "der"
            | "den"
            | "zu"
            | "y"
            | "e"
            | "bin"
            | "ibn"
            | "al"
    )
}

/// True for a particle at `range` with a capital before and behind it, other particles between let be.
pub fn is_in_a_name(text: &str, range: &Range<usize>) -> bool {
    const WORDS: usize = 3;
    if !is_particle(&text[range.clone()]) {
        return false;
    }
    let capital = |word: &str| word.starts_with(char::is_uppercase);
    let name = |words: &mut dyn Iterator<Item = &str>| {
        words.take(WORDS).find(|word| !is_particle(word)).is_some_and(capital)
    };
    // A name is not longer than that.
    let before =
        (range.start.saturating_sub(60)..=range.start).find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    name(&mut text[before..range.start].rsplit(char::is_whitespace).skip(1))
        && name(&mut text[range.end..].split(char::is_whitespace).skip(1))
}

/// True for a word that English borrowed, in any case.
pub fn is_borrowed(word: &str) -> bool {
    lowered(word, |lower| BORROW.contains(lower))
}

fn lowered(word: &str, known: impl Fn(&str) -> bool) -> bool {
    if word.len() > 20 {
        return false;
    }
    if word.bytes().all(|b| b.is_ascii_lowercase()) { known(word) } else { known(&word.to_lowercase()) }
}

/// Beginnings of the syllables of Mandarin in pinyin.
const INITIALS: [&str; 24] = [
    "zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "r", "z", "c",
    "s", "y", "w", "",
];

/// Ends of the syllables of Mandarin in pinyin, without tones.
const FINALS: [&str; 37] = [
    "a", "o", "e", "i", "u", "v", "ai", "ei", "ui", "ao", "ou", "iu", "ie", "ve", "ue", "er", "an", "en",
    "in", "un", "vn", "ang", "eng", "ing", "ong", "ia", "iao", "ian", "iang", "iong", "ua", "uo", "uai",
    "uan", "uang", "ueng", "ê",
];

/// True for a syllable, or two or three joined, of Mandarin in pinyin, with or without marks of the tone.
pub fn is_pinyin(word: &str) -> bool {
    if word.len() > 24 {
        return false;
    }
    let plain: String = word.chars().flat_map(char::to_lowercase).map(without_tone).collect();
    joined(&plain, 3)
}

/// True for a letter that carries a tone as only pinyin writes it.
pub fn has_tone(word: &str) -> bool {
    word.chars()
        .any(|c| matches!(c, 'ā' | 'ǎ' | 'ē' | 'ī' | 'ǐ' | 'ō' | 'ǒ' | 'ū' | 'ǔ' | 'ǖ' | 'ǘ' | 'ǚ' | 'ǜ'))
}

fn joined(plain: &str, syllables: usize) -> bool {
    if plain.is_empty() {
        return true;
    }
    syllables > 0
        && INITIALS.into_iter().any(|initial| {
            plain.strip_prefix(initial).is_some_and(|rest| {
                (1..=4).rev().any(|n| {
                    rest.is_char_boundary(n)
                        && rest.get(..n).is_some_and(|end| FINALS.contains(&end))
                        && joined(&rest[n..], syllables - 1)
                })
            })
        })
}

fn without_tone(c: char) -> char {
    match c {
        'ā' | 'á' | 'ǎ' | 'à' => 'a',
        'ē' | 'é' | 'ě' | 'è' => 'e',
        'ī' | 'í' | 'ǐ' | 'ì' => 'i',
        'ō' | 'ó' | 'ǒ' | 'ò' => 'o',
        'ū' | 'ú' | 'ǔ' | 'ù' => 'u',
        'ü' | 'ǖ' | 'ǘ' | 'ǚ' | 'ǜ' => 'v',
        _ => c,
    }
}

/// Frequent characters of Chinese that Japanese does not write: simplified forms outside JIS X 0208, by their
/// frequency in Chinese text.
const SIMPLIFIED: &str = "顺经选对择单图为标录你动时击页值项显您帮块开语输设关编键话样题间应义线计导请辑换么该类栏过组这问边转复则库查创变访结进视码删记确认钮链词头绘齐错颜签现误调两拖启别每种览闭运电处达连筛统围缩发预说隐户们仅还带级须贴执务长态许欢圆总节宽实轴载见扩另给护规维书顺吗检步浏证测议传侧币货环构谁张觉适试报资询缘续细读层远术盘亚终较绝让释尔针辅备阵减逻邮滚额识响增软爱历获诉哪阴际滤负纸疯拼阅顶验产杂热份观离详谢钱买约简联艺积汇够储员划纲东椭马继黑满绕兴蓝呢红频补轮优论车渐锁骤夹监订绪讲强谈场笔权赛绍质邻乐钥纳递叠伤财绿脑汉驱罗阶购胜篮协阳势钟趋专贝弹讯";

static SIMPLE: LazyLock<HashSet<char>> = LazyLock::new(|| SIMPLIFIED.chars().collect());

/// True for a character of Chinese that Japanese does not write.
pub fn is_simplified(c: char) -> bool {
    SIMPLE.contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pinyin_table() {
        for word in ["nǐ", "hǎo", "Zhang", "zhōngguó", "lü", "xian", "pinyin", "Beijing", "shuang"] {
            assert!(is_pinyin(word), "{word}");
        }
        for word in ["the", "strong", "Müller", "ship", "hello", "tr", "x", "бао"] {
            assert!(!is_pinyin(word), "{word}");
        }
        assert!(has_tone("nǐ") && !has_tone("señor"));
    }

    #[test]
    fn names_table() {
        for (text, word, expected) in [
            ("Juan de la Cruz", "de", true),
            ("Juan de la Cruz", "la", true),
            ("so Ludwig van Beethoven", "van", true),
            ("en la casa", "la", false),
            ("Juan de la casa", "de", false),
            ("en de la Cruz", "de", false),
            ("de", "de", false),
            ("Juan de", "de", false),
        ] {
            let at = text.find(word).expect("a word");
            assert_eq!(is_in_a_name(text, &(at..at + word.len())), expected, "{text}");
        }
    }

    #[test]
    fn terms_table() {
        assert!(is_term("Least") && is_term("gcd") && !is_term("because") && !is_term("the"));
        assert!(is_borrowed("Vice") && is_borrowed("priori") && is_borrowed("déjà") && !is_borrowed("la"));
        assert!(is_simplified('这') && is_simplified('们') && !is_simplified('東') && !is_simplified('的'));
    }
}
