//! `#[traced]` and attributes of others, in either order: one span a call, of what the user wrote.

use async_recursion::async_recursion;
use futures::executor::block_on;
use rstest::{fixture, rstest};
use tracer::traced;
use tracer_stand_ins::{debug_handler, get};
use tracer_tests::{query, scope};

fn tree<R>(run: impl FnOnce() -> R) -> String {
    let scope = scope();
    drop(scope.in_scope(run));
    scope.tree()
}

mod main {
    use super::*;

    #[traced]
    #[tokio::main]
    async fn above() -> Result<u32, String> {
        tokio::spawn(async { query(1).await }).await.map_err(|error| error.to_string())
    }

    #[tokio::main(flavor = "current_thread")]
    #[traced]
    async fn below() -> Result<u32, String> {
        match query(2).await {
            2 => Err("two".to_owned()),
            other => Ok(other),
        }
    }

    #[test]
    fn of_tokio() {
        assert_eq!(tree(|| above().unwrap()), "above\n  query(id=1)\n");
        assert_eq!(tree(|| below().unwrap_err()), "below ✖\n  query(id=2)\n");
    }
}

mod test {
    use super::*;

    #[traced]
    #[tokio::test]
    async fn above() {
        assert_eq!(query(1).await, 1);
    }

    #[tokio::test(start_paused = true)]
    #[traced("a name")]
    async fn below() {
        assert_eq!(query(2).await, 2);
    }

    #[traced]
    #[test]
    #[should_panic(expected = "on purpose")]
    fn plain_above() {
        panic!("on purpose");
    }

    #[test]
    #[traced]
    fn plain_below() {}

    #[test]
    fn of_tokio() {
        assert_eq!(tree(above), "above\n  query(id=1)\n");
        assert_eq!(tree(below), "a name\n  query(id=2)\n");
    }
}

mod cases {
    use super::*;

    #[fixture]
    fn id() -> u32 {
        3
    }

    #[traced]
    #[rstest]
    fn above(id: u32) {
        assert_eq!(block_on(query(id)), 3);
    }

    #[rstest]
    #[traced]
    #[tokio::test]
    async fn below(id: u32) {
        assert_eq!(query(id).await, 3);
    }

    #[traced]
    #[rstest]
    #[case(1, 2)]
    #[case(2, 3)]
    #[tokio::test]
    async fn of_a_table(#[case] id: u32, #[case] next: u32) {
        assert_eq!(query(id).await + 1, next);
    }

    /// Its attributes go to the fn that makes the arguments.
    #[test]
    fn of_rstest() {
        assert_eq!(tree(above), "above\n  query(id=3)\n");
        assert_eq!(tree(below), "below\n  query(id=3)\n");
    }
}

mod handlers {
    use super::*;

    #[traced(args)]
    #[debug_handler]
    async fn above(path: String) -> usize {
        query(1).await;
        path.len()
    }

    #[debug_handler]
    #[traced(args)]
    async fn below(path: String) -> usize {
        query(2).await;
        path.len()
    }

    #[traced(args(path))]
    #[get("/{path}")]
    async fn routed_above(path: String) -> usize {
        query(3).await;
        path.len()
    }

    #[get("/{path}")]
    #[traced(args(path))]
    async fn routed_below(path: String) -> usize {
        query(4).await;
        path.len()
    }

    /// What routers ask of a handler.
    fn serve<F: Future<Output = usize> + Send + 'static>(
        handler: impl Fn(String) -> F + Clone + Send + Sync + 'static,
    ) {
        let again = handler.clone();
        assert_eq!(block_on(handler("ab".to_owned())) + block_on(again("a".to_owned())), 3);
    }

    #[test]
    fn of_web_servers() {
        let scene = || {
            serve(above);
            serve(below);
            serve(routed_above::call);
            serve(routed_below::call);
            assert_eq!((routed_above::PATH, routed_below::PATH), ("/{path}", "/{path}"));
        };
        let expected = "\
            above(path=a)\n  query(id=1)\n\
            above(path=ab)\n  query(id=1)\n\
            below(path=a)\n  query(id=2)\n\
            below(path=ab)\n  query(id=2)\n\
            routed_above(path=a)\n  query(id=3)\n\
            routed_above(path=ab)\n  query(id=3)\n\
            routed_below(path=a)\n  query(id=4)\n\
            routed_below(path=ab)\n  query(id=4)\n";
        assert_eq!(tree(scene), expected);
    }
}

mod recursion {
    use super::*;

    #[traced(args)]
    #[async_recursion]
    async fn above(depth: u32) -> u32 {
        if depth == 0 { query(0).await } else { above(depth - 1).await }
    }

    #[async_recursion]
    #[traced(args)]
    async fn below(depth: u32) -> u32 {
        if depth == 0 { query(0).await } else { below(depth - 1).await }
    }

    #[test]
    fn of_async_recursion() {
        let expected =
            |name: &str| format!("{name}(depth=1)\n  {name}(depth=0)\n    query(id=0)\n");
        assert_eq!(tree(|| block_on(above(1))), expected("above"));
        assert_eq!(tree(|| block_on(below(1))), expected("below"));
    }
}
