//! A filter's text cut into its parts: at spaces, where no quotes hold them together.

use std::ops::Range;

use super::error::FilterError;

/// One part of the text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// Where it stands, quotes included.
    pub(super) span: Range<usize>,
    /// What it says, without its quotes.
    pub(super) text: String,
    /// How many bytes of `text` stand before the first quote. They are in the source as they are
    /// here, and only they may hold a `!`, a term's name and its sign.
    pub(super) bare: usize,
    /// Whether it has quotes.
    pub(super) quoted: bool,
}

/// All parts, and a mistake where the last quote is not closed.
///
/// `\"` is a quote that quotes nothing; within quotes `\\` is one backslash. Any other backslash
/// stands for itself, so that regular expressions and wildcards keep theirs.
pub(super) fn tokens(text: &str) -> (Vec<Token>, Option<FilterError>) {
    let mut tokens = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((start, first)) = chars.next() {
        if first.is_whitespace() {
            continue;
        }
        let mut token = Token {
            span: start..start,
            text: String::new(),
            bare: 0,
            quoted: false,
        };
        let mut bare = true;
        let mut open = None;
        let mut next = Some((start, first));
        while let Some((at, c)) = next {
            match c {
                '"' => {
                    open = match open {
                        None => Some(at),
                        Some(_) => None,
                    };
                    token.quoted = true;
                    bare = false;
                }
                '\\' => {
                    let escaped = chars
                        .next_if(|(_, c)| *c == '"' || (*c == '\\' && open.is_some()))
                        .map(|(_, c)| c);
                    bare &= escaped.is_none();
                    token.text.push(escaped.unwrap_or(c));
                }
                _ => token.text.push(c),
            }
            if bare {
                token.bare = token.text.len();
            }
            next = chars.next_if(|(_, c)| open.is_some() || !c.is_whitespace());
        }
        token.span.end = chars.peek().map_or(text.len(), |(at, _)| *at);
        if let Some(open) = open {
            let message = "this quote is not closed; add a \" where it ends";
            let error = FilterError::new(text, open..text.len(), message);
            return (tokens, Some(error));
        }
        tokens.push(token);
    }
    (tokens, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<String> {
        let (tokens, error) = tokens(text);
        assert_eq!(error, None, "{text}");
        tokens.into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn quotes_hold_spaces_together_and_backslashes_free_quotes() {
        assert_eq!(said("  a  b\tc "), ["a", "b", "c"]);
        assert_eq!(said(r#"name:"two words" x"#), ["name:two words", "x"]);
        assert_eq!(said(r#"kv:"a key"="a value""#), ["kv:a key=a value"]);
        assert_eq!(said(r#"\"a b\""#), ["\"a", "b\""]);
        assert_eq!(said(r#""say \"hi\"""#), ["say \"hi\""]);
        assert_eq!(said(r#""a\\" b"#), ["a\\", "b"]);
        assert_eq!(said(r"name:/\d+\\/"), [r"name:/\d+\\/"]);
        assert_eq!(said(r#""""#), [""]);
        assert!(said("").is_empty());
    }

    #[test]
    fn places_are_those_of_the_text() {
        let (tokens, _) = tokens("é name:\"ä b\"c d");
        assert_eq!(tokens[0].span, 0..2);
        assert_eq!(tokens[1].span, 3..15);
        assert_eq!(tokens[1].bare, "name:".len());
        assert!(tokens[1].quoted && !tokens[2].quoted);
        assert_eq!(tokens[2].span, 16..17);
    }

    #[test]
    fn an_open_quote_is_named_with_its_place() {
        let (tokens, error) = tokens("é a name:\"b c");
        assert_eq!(tokens.len(), 2);
        let error = error.unwrap();
        assert_eq!(error.span, 10..14);
        assert_eq!(error.column, 10);
    }
}
