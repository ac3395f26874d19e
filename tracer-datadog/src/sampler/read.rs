//! Sampling rules as `DD_TRACE_SAMPLING_RULES` has them.

use serde_json::{Map, Value};
use tracer_core::__private::Pattern;

use crate::sampler::rule::{Rule, Share, Tag};

/// What each rule may say. The last two are for Datadog's own: where the rule is from, and that what
/// it leaves out is not sent, which here nothing is.
const FIELDS: [&str; 7] =
    ["service", "name", "resource", "tags", "sample_rate", "provenance", "discard"];
const EXAMPLE: &str = r#"[{"service": "shop", "sample_rate": 0.5}]"#;

/// Reads a list of rules; those that make no sense are left out, and one line each says why.
pub(crate) fn rules(json: &str) -> (Vec<Rule>, Vec<String>) {
    let wrong = |what: String| (Vec::new(), vec![format!("{what}; right is {EXAMPLE}")]);
    let list = match serde_json::from_str(json) {
        Ok(Value::Array(list)) => list,
        Ok(_) => return wrong("it is no list".to_owned()),
        Err(error) => return wrong(format!("it is no JSON: {error}")),
    };
    let (mut rules, mut complaints) = (Vec::new(), Vec::new());
    for (number, value) in (1..).zip(&list) {
        match rule(value) {
            Ok(rule) => rules.push(rule),
            Err(why) => complaints.push(format!("rule {number}: {why}; leaving it out")),
        }
    }
    (rules, complaints)
}

fn rule(value: &Value) -> Result<Rule, String> {
    let Value::Object(fields) = value else {
        return Err(format!("{value} is no object; right is {}", &EXAMPLE[1..EXAMPLE.len() - 1]));
    };
    if let Some(other) = fields.keys().find(|key| !FIELDS.contains(&key.as_str())) {
        let valid = FIELDS[..5].join(", ");
        return Err(format!("`{other}` is no field; valid are {valid}"));
    }
    Ok(Rule {
        service: pattern(fields, "service")?,
        name: pattern(fields, "name")?,
        resource: pattern(fields, "resource")?,
        tags: tags(fields)?,
        share: share(fields)?,
    })
}

fn pattern(fields: &Map<String, Value>, key: &str) -> Result<Option<Pattern>, String> {
    match fields.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(pattern)) => Ok(Some(Pattern::new(pattern))),
        Some(other) => {
            Err(format!("`{key}` is {other}; valid are texts, in which * and ? stand for others"))
        }
    }
}

fn tags(fields: &Map<String, Value>) -> Result<Vec<Tag>, String> {
    let wrong = |value: &Value| {
        format!("`tags` is {value}; valid are objects of texts, in which * and ? stand for others")
    };
    match fields.get("tags") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(value @ Value::Object(tags)) => tags
            .iter()
            .map(|(key, pattern)| match pattern {
                Value::String(pattern) => Ok(Tag::new(key, pattern)),
                Value::Number(_) | Value::Bool(_) => Ok(Tag::new(key, &pattern.to_string())),
                _ => Err(wrong(value)),
            })
            .collect(),
        Some(other) => Err(wrong(other)),
    }
}

fn share(fields: &Map<String, Value>) -> Result<Share, String> {
    let Some(value) = fields.get("sample_rate") else {
        return Err("it has no `sample_rate`; valid are numbers from 0 to 1".to_owned());
    };
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
    match number.filter(|rate| (0.0..=1.0).contains(rate)) {
        Some(rate) => Ok(Share::new(rate)),
        None => Err(format!("`sample_rate` is {value}; valid are numbers from 0 to 1")),
    }
}

#[cfg(test)]
mod tests {
    use super::rules;

    #[test]
    fn what_makes_no_sense_is_named_by_its_number_and_the_rest_stands() {
        for (json, complaint) in [
            (
                r#"[{"sample_rate":1},{"service":"shop"}]"#,
                "rule 2: it has no `sample_rate`; valid are numbers from 0 to 1; leaving it out",
            ),
            (
                r#"[{"sample_rate":50},{"sample_rate":"0.5"}]"#,
                "rule 1: `sample_rate` is 50; valid are numbers from 0 to 1; leaving it out",
            ),
            (
                r#"[{"sample_rate":1},{"servce":"shop","sample_rate":1}]"#,
                "rule 2: `servce` is no field; valid are service, name, resource, tags, sample_rate; \
                 leaving it out",
            ),
            (
                r#"[{"name":7,"sample_rate":1},{"name":null,"sample_rate":1,"discard":true}]"#,
                "rule 1: `name` is 7; valid are texts, in which * and ? stand for others; leaving it out",
            ),
            (
                r#"[{"tags":{"a":1,"b":true},"sample_rate":1},{"tags":["a"],"sample_rate":1}]"#,
                "rule 2: `tags` is [\"a\"]; valid are objects of texts, in which * and ? stand for others; \
                 leaving it out",
            ),
            (
                r#"[0.5,{"sample_rate":0}]"#,
                "rule 1: 0.5 is no object; right is {\"service\": \"shop\", \"sample_rate\": 0.5}; \
                 leaving it out",
            ),
        ] {
            let (rules, complaints) = rules(json);
            assert_eq!((rules.len(), complaints), (1, vec![complaint.to_owned()]), "{json}");
        }
        assert_eq!(rules("[]").1.len() + rules("[]").0.len(), 0);
    }

    #[test]
    fn what_is_no_list_is_one_line() {
        let right = r#"right is [{"service": "shop", "sample_rate": 0.5}]"#;
        for (json, why) in [
            (r#"{"sample_rate":1}"#, "it is no list"),
            ("0.5", "it is no list"),
            ("[{]", "it is no JSON: key must be a string at line 1 column 3"),
        ] {
            let (rules, complaints) = rules(json);
            assert_eq!((rules.len(), complaints), (0, vec![format!("{why}; {right}")]), "{json}");
        }
    }
}
