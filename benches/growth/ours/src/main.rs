//! `growth-ours WHAT COUNT SPANS` prints what a span took of its thread and of the process, in
//! nanoseconds, and the kibibytes of memory that there were at most.

use std::env;

fn main() {
    let words: Vec<String> = env::args().skip(1).collect();
    let [what, count, total] = &words[..] else { panic!("WHAT COUNT SPANS") };
    let [count, total] = [count, total].map(|word| word.parse().expect("a number"));
    match &**what {
        "traces" => growth_ours::traces(count, total),
        "threads" => growth_ours::threads(count, total),
        "idle" => growth_ours::idle(count, total),
        "attributes" => growth_ours::attributes(count, total),
        _ => panic!("there is no `{what}`"),
    }
}
