//! What the attributes write, one fn of each kind, compared with the files in `expansions/`.
//!
//! `TRYBUILD=overwrite` writes them anew, together with the messages in `tests/ui`.

use std::path::Path;
use std::{env, fs};

use proc_macro2::TokenStream;

use crate::entry::{Entry, Executor, Role};
use crate::expand::{traced, untraced};
use crate::runtime;

#[track_caller]
fn expands(name: &str, expansion: TokenStream) {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("expansions").join(name).with_extension("rs");
    let file: syn::File = syn::parse2(expansion).expect("an expansion is a file of items");
    let expansion = prettyplease::unparse(&file);
    if env::var_os("TRYBUILD").is_some_and(|value| value == "overwrite") {
        fs::write(&path, &expansion).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap();
    assert_eq!(expansion, expected, "{}", path.display());
}

fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap()
}

#[test]
fn sync_fn() {
    let item = "pub fn total(prices: &[u32], tax: Tax) -> u32 { prices.iter().sum() }";
    expands("sync_fn", traced(&tokens(""), &tokens(item)));
}

#[test]
fn sync_fn_with_result() {
    let item = "fn parse(&self, mut text: String, (line, _): (u32, u32)) -> Result<u32, Error> { text.parse() }";
    expands("sync_fn_with_result", traced(&tokens("\"order.parse\", args"), &tokens(item)));
}

#[test]
fn track_caller() {
    let item = "#[track_caller] fn at(index: usize) -> Result<u32, Error> { get(index) }";
    expands("track_caller", traced(&tokens("args"), &tokens(item)));
}

#[test]
fn async_fn() {
    let item = "
        /// Kept.
        pub async fn r#move<T: Send>(&self, #[cfg(unix)] uid: u32, _: T, text: &str) -> Result<impl Iterator<Item = T>, Error> {
            #![allow(unused)]
            self.go(text).await
        }";
    expands("async_fn", traced(&tokens("args(uid, text), root"), &tokens(item)));
}

#[test]
fn async_fn_without_end() {
    let item = "async fn serve(mut listener: Listener) -> ! { loop { listener.accept().await; } }";
    expands("async_fn_without_end", traced(&tokens(""), &tokens(item)));
}

#[test]
fn future() {
    let item = "
        fn load<'a>(&'a self, key: &'a str, mut tries: u32) -> impl Future<Output = Result<Row, Error>> + Send + 'a {
            tries += 1;
            async move { self.get(key, tries).await }
        }";
    expands("future", traced(&tokens("args(key)"), &tokens(item)));
}

#[test]
fn future_of_a_set_up_and_a_block() {
    let item = "fn load<T: Row>(key: u32) -> BoxFuture<'static, T> { let row = get(key); Box::pin(async move { row.await }) }";
    expands("future_of_a_set_up_and_a_block", traced(&tokens("args"), &tokens(item)));
}

#[test]
fn future_of_a_block() {
    let item = "fn load(&self, key: u32) -> BoxFuture<'_, Result<Row, Error>> { Box::pin(async move { self.get(key).await }) }";
    expands("future_of_a_block", traced(&tokens("args"), &tokens(item)));
    let item = "fn load(key: u32) -> impl Future<Output = Row> { async move { get(key).await } }";
    expands("future_of_a_block_boxed", traced(&tokens("boxed"), &tokens(item)));
}

#[test]
fn boxed_future() {
    let item = "fn load(key: u32) -> Pin<Box<dyn Future<Output = Row> + Send>> { let row = get(key); Box::pin(ready(row)) }";
    expands("boxed_future", traced(&tokens(""), &tokens(item)));
    let item =
        "fn load(key: u32) -> Box<dyn Future<Output = Row> + Unpin> { Box::new(ready(key)) }";
    expands("boxed_future_not_pinned", traced(&tokens(""), &tokens(item)));
    let item = "fn load(key: u32) -> Reply<'_> { reply(key) }";
    expands("boxed_future_by_name", traced(&tokens("as = future"), &tokens(item)));
}

#[test]
fn stream() {
    let item = "fn rows(&self, up_to: u32) -> impl Stream<Item = Result<Row, Error>> { self.all().take(up_to) }";
    expands("stream", traced(&tokens("args"), &tokens(item)));
    let item = "fn rows(up_to: u32) -> BoxStream<'static, Row> { iter(up_to).boxed() }";
    expands("boxed_stream", traced(&tokens(""), &tokens(item)));
}

#[test]
fn boxed_async_fn() {
    let item = "async fn load(key: u32) -> Row { get(key).await }";
    expands("boxed_async_fn", traced(&tokens("boxed"), &tokens(item)));
}

#[test]
fn spawns() {
    let item = "
        fn all(&self, work: Work) {
            tokio::spawn(work.run());
            let task = select! { row = self.tasks.spawn(async move { get().await }) => row };
            self.pool.spawn(|worker| worker.run());
            thread::spawn(move || run::<u32, u32>());
            fn inner() { thread::spawn(|| run()); }
        }";
    expands("spawns", traced(&tokens(""), &tokens(item)));
    expands("spawns_linked", traced(&tokens("spawn = link"), &tokens(item)));
    expands("spawns_bare", traced(&tokens("spawn = false"), &tokens(item)));
}

#[test]
fn behind_other_macros() {
    let item =
        "#[rstest] #[case(1)] #[cfg_attr(unix, tokio::test)] async fn one(#[case] value: u32) {}";
    expands("behind_other_macros", traced(&tokens("args"), &tokens(item)));
}

#[test]
fn refused() {
    expands("refused", traced(&tokens("nmae = 1"), &tokens("async fn one(value: u32) {}")));
}

#[test]
fn sync_fn_asked() {
    let item =
        "fn pay(&self, amount: u32, [card, _]: [Card; 2]) -> Vec<u8> { self.charge(amount, card) }";
    let args = "name = PAY, kind = client, level = debug, target = \"shop\", span_type = \"web\", \
                resource = self.path, fields(card, user.id = self.user + 1, %amount, rows = _), links(self.batch), \
                parent = self.context, when = amount > 3, ret";
    expands("sync_fn_asked", traced(&tokens(args), &tokens(item)));
}

#[test]
fn async_fn_asked() {
    let item =
        "async fn pay(&self, amount: u32) -> Result<u8, Refused> { self.charge(amount).await }";
    let args = "fields(more = amount + 1), parent = self.context, when = amount > 3, \
                err(|error| error.code), ret(Debug), crate = crate::spans";
    expands("async_fn_asked", traced(&tokens(args), &tokens(item)));
}

#[test]
fn whole_impl() {
    let item = "
        impl<const N: usize> Cart<{ N }> where [(); N]: Sized {
            pub fn total(&self) -> u32 { self.0 }
            /// Kept.
            #[inline]
            pub async fn r#move(&self) {}
            fn hidden(&self) {}
            pub const fn constant() -> u32 { 1 }
            pub fn skipped() {}
            #[traced(off)]
            pub fn off() {}
        }";
    let args = "args, only(pub), prefix = \"cart\", except(skipped), when = of::<A, B>()";
    expands("whole_impl", traced(&tokens(args), &tokens(item)));
}

#[test]
fn off() {
    let item = "async fn pay(amount: u32) { charge(amount).await }";
    expands("off", untraced(&tokens("args, root"), &tokens(item)));
    expands("off_refused", untraced(&tokens("agrs"), &tokens(item)));
}

#[test]
fn tokio_main() {
    let entry = Entry(Executor::Tokio, Role::Main);
    let item = "async fn main() -> Result<(), Error> { run().await }";
    expands(
        "tokio_main",
        runtime::expand(entry, tokens("worker_threads = 2, flush_on_signal"), &tokens(item)),
    );
    let item = "#[allow(unused)] #[traced(root)] async fn main() { run().await }";
    expands(
        "tokio_main_traced",
        runtime::expand(entry, tokens("flavor = \"current_thread\""), &tokens(item)),
    );
    expands("tokio_main_refused", runtime::expand(entry, tokens("flavour = 1"), &tokens(item)));
}

#[test]
fn tokio_test() {
    let entry = Entry(Executor::Tokio, Role::Test);
    let item = "#[should_panic] async fn one() { run().await }";
    expands("tokio_test", runtime::expand(entry, tokens("start_paused = true"), &tokens(item)));
}

#[test]
fn async_std() {
    let item = "async fn main() { run().await }";
    expands(
        "async_std_main",
        runtime::expand(Entry(Executor::AsyncStd, Role::Main), tokens(""), &tokens(item)),
    );
    expands(
        "async_std_test",
        runtime::expand(Entry(Executor::AsyncStd, Role::Test), tokens(""), &tokens(item)),
    );
}

#[test]
fn smol() {
    let item = "async fn main() { run().await }";
    expands(
        "smol_main",
        runtime::expand(Entry(Executor::Smol, Role::Main), tokens(""), &tokens(item)),
    );
    expands(
        "smol_test",
        runtime::expand(Entry(Executor::Smol, Role::Test), tokens(""), &tokens(item)),
    );
}
