//! Which filters may ask only those that matched before.

use super::{filter, now};
use crate::domain::filter::Filter;

#[test]
fn typing_on_narrows_and_most_else_does_not() {
    for (new, old) in [
        ("report", "rep"),
        ("a report", "a rep"),
        ("a", ""),
        ("a size>1MB", "a"),
        ("size>10MB", "size>1MB"),
        ("size=5MB", "size>1MB"),
        ("age>90d", "age>9d"),
        ("pinned:2024-06", "pinned:2024"),
        ("status:pinned", "status:pinned|failed"),
        ("name:report", "name:rep"),
        ("\"a report\"", "\"a rep\""),
        ("kv:env=prod", "kv:env"),
        ("cid:bafy", "cid:ba"),
        ("id:3C", "id:3"),
        ("!a", "!ab"),
        ("!size>1MB", "!size>10MB"),
        ("dup:yes a", "dup:yes"),
        ("size>1XB a", "size>1X"),
    ] {
        assert!(
            Filter::parse(new, now())
                .0
                .narrows(&Filter::parse(old, now()).0),
            "{new} | {old}"
        );
    }
    for (new, old) in [
        ("rep", "report"),
        ("xrep", "rep"),
        ("\"rep\"", "rep"),
        ("!ab", "!a"),
        ("!a", "a"),
        ("size>1MB", "size>10MB"),
        ("size<10MB", "size<1MB"),
        ("age>9d", "age>90d"),
        ("name:*rep", "name:*re"),
        ("name:/rep/", "name:/re/"),
        ("kv:env=production", "kv:env=prod"),
        ("dir:yes", "dir:no"),
        ("", "a"),
    ] {
        assert!(!filter(new).narrows(&filter(old)), "{new} | {old}");
    }
    let later = Filter::parse("age>9d", "2024-07-01T00:00:01Z".parse().unwrap()).0;
    assert!(!later.narrows(&filter("age>9d")));
}
