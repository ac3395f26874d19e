//! The functions whose futures' sizes count.

/// How many sizes a program tells.
pub const SIZES: usize = 6;

/// Defines the functions, each under the attributes that are given, and `sizes()`.
#[macro_export]
macro_rules! sized {
    ($(#[$traced:meta])*) => {
        $(#[$traced])*
        async fn small(i: u64) -> u64 {
            $crate::Yields(1).await;
            ::std::hint::black_box(i)
        }

        $(#[$traced])*
        async fn held() -> usize {
            let bytes = ::std::hint::black_box([0_u8; 1024]);
            $crate::Yields(1).await;
            ::std::hint::black_box(&bytes).len()
        }

        $(#[$traced])*
        async fn large(bytes: [u8; 1024]) -> usize {
            $crate::Yields(1).await;
            ::std::hint::black_box(&bytes).len()
        }

        $(#[$traced])*
        async fn unused(_bytes: [u8; 1024]) {
            $crate::Yields(1).await;
        }

        $crate::levels!([$(#[$traced])*] above layer below);

        /// Sizes of futures with a small argument, with a kibibyte held over an await, with one as an argument that is
        /// used and that is not, and of two neighbours in a chain.
        fn sizes() -> [usize; $crate::SIZES] {
            [
                size_of_val(&small(0)),
                size_of_val(&held()),
                size_of_val(&large([0; 1024])),
                size_of_val(&unused([0; 1024])),
                size_of_val(&layer(0)),
                size_of_val(&above(0)),
            ]
        }
    };
}
