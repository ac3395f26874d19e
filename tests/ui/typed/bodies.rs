//! Mistakes in a body are where they are without the attribute: code and what is underlined.

use tracer::traced;

#[traced(args, ret, fields(twice = 2 * count))]
async fn wrong_type(count: u32) -> u32 {
    count.to_string() //~ E0308 count.to_string()
}

#[traced(fields(size = text.len()), when = text.len() > 1)]
fn moved(text: String) -> usize {
    drop(text);
    text.len() //~ E0382 text
}

#[traced(err(|error: &String| error.len()))]
async fn question() -> Result<u32, String> {
    Ok("1".parse::<u32>()?) //~ E0277 ?
}

#[traced(ret)]
fn question_sync() -> Result<u32, String> {
    Ok("1".parse::<u32>()?) //~ E0277 ?
}

struct Cart;

#[traced(prefix = "cart", args)]
impl Cart {
    fn total(&self, tax: u32) -> u32 {
        tax.len() //~ E0599 len
    }

    async fn pay(&self) -> u32 {
        "text" //~ E0308 "text"
    }
}

fn main() {
    let _ = (wrong_type(1), moved(String::new()), question(), question_sync());
    let _ = (Cart.total(1), Cart.pay());
}
