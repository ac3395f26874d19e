//! The server without any tracing.

http_shop::handlers!();

fn main() {
    http_shop::serve(routes(), || 0);
}
