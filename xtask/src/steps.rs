//! The steps that are a command or two of cargo.

use std::process::Command;

use crate::bench;
use crate::command::{Outcome, cargo, run};
use crate::crates::{BENCHES, JAEGER, features, published, root, target};

pub(crate) fn fmt() -> Outcome {
    run(&mut cargo("fmt --all --check"))?;
    for apart in [BENCHES, JAEGER] {
        if root().join(apart).exists() {
            run(&mut cargo(&format!("fmt --manifest-path {apart} --check")))?;
        }
    }
    Ok(())
}

pub(crate) fn lint() -> Outcome {
    let features = all_features();
    let all = format!("clippy --workspace --all-targets --features {features} -- -D warnings");
    run(&mut cargo(&all))?;
    for name in published() {
        run(&mut cargo(&format!("clippy -p {name} --no-default-features --lib -- -D warnings")))?;
    }
    Ok(())
}

/// All but the one that takes `#[traced]` back: what a fn needs for its span alone is unused then.
fn all_features() -> String {
    let of = |name: &String| {
        features(name).into_iter().map({
            let name = name.clone();
            move |feature| format!("{name}/{feature}")
        })
    };
    let all: Vec<String> =
        published().iter().flat_map(of).filter(|feature| !feature.ends_with("/off")).collect();
    all.join(",")
}

pub(crate) fn test() -> Outcome {
    run(&mut cargo("test"))?;
    // The checks of this very command are not among the default members.
    run(&mut cargo("test --quiet -p xtask"))
}

/// Without any feature, the crates were already seen by `lint`.
pub(crate) fn test_features() -> Outcome {
    for name in published() {
        for feature in features(&name) {
            run(&mut cargo(&format!(
                "check -p {name} --no-default-features --features {feature}"
            )))?;
        }
    }
    // Together they are tested by `test`.
    for (runtime, module) in [("tokio", "tokio"), ("async-std", "async_std"), ("smol", "smol")] {
        let alone = format!("--no-default-features --features macros,{runtime} src/{module}");
        run(&mut cargo(&format!("test --quiet -p tracer --doc {alone}")))?;
    }
    run(&mut cargo("test --quiet -p tracer --no-default-features --features macros"))?;
    run(&mut cargo("test --quiet -p tracer --doc --no-default-features --features macros,off off"))
}

pub(crate) fn doc() -> Outcome {
    let doc = "doc --no-deps --workspace --all-features";
    run(cargo(doc).env("RUSTDOCFLAGS", "-D warnings"))?;
    let private = format!("{doc} --document-private-items");
    run(cargo(&private).env("RUSTDOCFLAGS", "-D warnings"))
}

pub(crate) fn examples() -> Outcome {
    run(&mut cargo("run -q --example checkout"))
}

/// tokio tells of its tasks only where it may still change how: what depends on that is built apart.
pub(crate) fn hooks() -> Outcome {
    let unstable = "--cfg tokio_unstable";
    for words in [
        "clippy -p tracer-tokio -p tracer-hooks-tests --all-targets -- -D warnings",
        "test -p tracer-tokio -p tracer-hooks-tests",
        "test -p tracer --doc --features macros,tokio,async-std,smol,rayon,tracing,log,opentelemetry-api guide",
        "doc --no-deps -p tracer-tokio",
    ] {
        let mut command = cargo(words);
        let command = in_its_own_target(&mut command, "hooks").env("RUSTFLAGS", unstable);
        run(command.env("RUSTDOCFLAGS", format!("{unstable} -D warnings")))?;
    }
    Ok(())
}

/// Models live beside what they model, in tracer-core alone.
pub(crate) fn loom() -> Outcome {
    let mut models = cargo("test --release -p tracer-core --lib model");
    run(in_its_own_target(&mut models, "loom").env("RUSTFLAGS", "--cfg loom"))
}

pub(crate) fn bench_smoke() -> Outcome {
    bench::run(&bench::Request::read(&["--smoke"])?)
}

/// Lets every test that compares with a snapshot write it instead.
pub(crate) fn bless() -> Outcome {
    run(cargo("test --workspace --no-fail-fast")
        .env("TRYBUILD", "overwrite")
        .env("TRACER_BLESS", "1"))
}

/// Other flags would rebuild everything in the common folder, and once more on the way back.
pub(crate) fn in_its_own_target<'a>(command: &'a mut Command, name: &str) -> &'a mut Command {
    command.env("CARGO_TARGET_DIR", target().join(name))
}
