//! The languages, their codes and their names. Plain data.

/// A language that can be a target or be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Language {
    English,
    German,
    Spanish,
    French,
    Italian,
    Portuguese,
    Dutch,
    Swedish,
    Polish,
    Czech,
    Hungarian,
    Finnish,
    Romanian,
    Turkish,
    Vietnamese,
    Indonesian,
    Russian,
    Ukrainian,
    Bulgarian,
    Greek,
    Hebrew,
    Arabic,
    Persian,
    Hindi,
    Thai,
    Chinese,
    Japanese,
    Korean,
    Armenian,
    Bengali,
    Punjabi,
    Gujarati,
    Odia,
    Tamil,
    Telugu,
    Kannada,
    Malayalam,
    Sinhala,
    Lao,
    Tibetan,
    Burmese,
    Georgian,
    Amharic,
    Khmer,
    Mongolian,
}

use Language::*;

/// Code (ISO 639-1), English name, and names in other languages that prompts use.
const NAMES: [(Language, &str, &str, &[&str]); 45] = [
    (English, "en", "English", &["英语", "英文", "англий", "Englisch", "anglais", "inglés"]),
    (German, "de", "German", &["德语", "德文", "немец", "Deutsch", "allemand", "alemán"]),
    (Spanish, "es", "Spanish", &["西班牙语", "испан", "Spanisch", "espagnol", "español"]),
    (French, "fr", "French", &["法语", "法文", "француз", "Französisch", "français", "francés"]),
    (Italian, "it", "Italian", &["意大利语", "италья", "Italienisch", "italien", "italiano"]),
    (Portuguese, "pt", "Portuguese", &["葡萄牙语", "португал", "Portugiesisch", "portugais", "português"]),
    (Dutch, "nl", "Dutch", &["荷兰语", "Niederländisch", "néerlandais", "Nederlands"]),
    (Swedish, "sv", "Swedish", &["瑞典语", "Schwedisch", "suédois", "svenska"]),
    (Polish, "pl", "Polish", &["波兰语", "поль", "Polnisch", "polonais", "polski"]),
    (Czech, "cs", "Czech", &["捷克语", "Tschechisch", "tchèque", "čeština"]),
    (Hungarian, "hu", "Hungarian", &["匈牙利语", "Ungarisch", "hongrois", "magyar"]),
    (Finnish, "fi", "Finnish", &["芬兰语", "Finnisch", "finnois"]),
    (Romanian, "ro", "Romanian", &["罗马尼亚语", "Rumänisch", "roumain"]),
    (Turkish, "tr", "Turkish", &["土耳其语", "турец", "Türkisch", "Türkçe"]),
    (Vietnamese, "vi", "Vietnamese", &["越南语", "Vietnamesisch", "vietnamien", "tiếng Việt"]),
    (Indonesian, "id", "Indonesian", &["印尼语", "Indonesisch", "indonésien"]),
    (Russian, "ru", "Russian", &["俄语", "俄文", "русск", "Russisch", "russe", "ruso"]),
    (Ukrainian, "uk", "Ukrainian", &["乌克兰语", "украин", "україн", "Ukrainisch"]),
    (Bulgarian, "bg", "Bulgarian", &["保加利亚语", "болгар", "Bulgarisch"]),
    (Greek, "el", "Greek", &["希腊语", "греческ", "Griechisch", "ελληνικ"]),
    (Hebrew, "he", "Hebrew", &["希伯来语", "Hebräisch", "עברית"]),
    (Arabic, "ar", "Arabic", &["阿拉伯语", "арабск", "Arabisch", "العربية"]),
    (Persian, "fa", "Persian", &["波斯语", "персидск", "Persisch", "Farsi", "فارسی"]),
    (Hindi, "hi", "Hindi", &["印地语", "हिन्दी", "हिंदी"]),
    (Thai, "th", "Thai", &["泰语", "ภาษาไทย"]),
    (
        Chinese,
        "zh",
        "Chinese",
        &[
            "中文",
            "汉语",
            "китай",
            "Chinesisch",
            "chinois",
            "chino",
            "Mandarin",
            "中国語",
            "Pinyin",
            "pinyin",
        ],
    ),
    (
        Japanese,
        "ja",
        "Japanese",
        &["日语", "日文", "япон", "Japanisch", "japonais", "japonés", "日本語", "Kanji", "kanji"],
    ),
    (Korean, "ko", "Korean", &["韩语", "韩文", "корей", "Koreanisch", "coréen", "한국어"]),
    (Armenian, "hy", "Armenian", &[]),
    (Bengali, "bn", "Bengali", &[]),
    (Punjabi, "pa", "Punjabi", &[]),
    (Gujarati, "gu", "Gujarati", &[]),
    (Odia, "or", "Odia", &[]),
    (Tamil, "ta", "Tamil", &[]),
    (Telugu, "te", "Telugu", &[]),
    (Kannada, "kn", "Kannada", &[]),
    (Malayalam, "ml", "Malayalam", &[]),
    (Sinhala, "si", "Sinhala", &[]),
    (Lao, "lo", "Lao", &[]),
    (Tibetan, "bo", "Tibetan", &[]),
    (Burmese, "my", "Burmese", &[]),
    (Georgian, "ka", "Georgian", &[]),
    (Amharic, "am", "Amharic", &[]),
    (Khmer, "km", "Khmer", &[]),
    (Mongolian, "mn", "Mongolian", &[]),
];

impl Language {
    /// All of them.
    pub const ALL: [Language; 45] = {
        let mut all = [English; 45];
        let mut at = 0;
        while at < 45 {
            all[at] = NAMES[at].0;
            at += 1;
        }
        all
    };

    fn entry(self) -> &'static (Language, &'static str, &'static str, &'static [&'static str]) {
        &NAMES[self as usize]
    }

    /// ISO 639-1 code.
    pub fn code(self) -> &'static str {
        self.entry().1
    }

    /// English name.
    pub fn name(self) -> &'static str {
        self.entry().2
    }

    /// The language of a code or of an English name, in any case.
    pub fn parse(text: &str) -> Option<Language> {
        Self::ALL.into_iter().find(|language| {
            language.code().eq_ignore_ascii_case(text) || language.name().eq_ignore_ascii_case(text)
        })
    }

    /// True if `text` names the language: its English name as a word with a capital, or another name.
    pub fn is_named_in(self, text: &str) -> bool {
        let named = text.match_indices(self.name()).any(|(at, name)| {
            let before = text[..at].chars().next_back().is_some_and(char::is_alphabetic);
            let after = text[at + name.len()..].chars().next().is_some_and(char::is_alphabetic);
            !before && !after
        });
        named || self.entry().3.iter().any(|name| text.contains(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_stand_where_their_language_says() {
        for (at, language) in Language::ALL.into_iter().enumerate() {
            assert_eq!(language as usize, at, "{language:?}");
            assert_eq!(Language::parse(language.code()), Some(language));
            assert_eq!(Language::parse(&language.name().to_lowercase()), Some(language));
        }
        assert_eq!(Language::parse("xx"), None);
    }
}
