//! Variables of Datadog that are on or off.

/// Reads a variable; what makes no sense is a complaint, after which `otherwise` stands.
pub(super) fn read(
    name: &str,
    set: &impl Fn(&str) -> Option<String>,
    otherwise: bool,
    complaints: &mut Vec<String>,
) -> Option<bool> {
    let value = set(name)?;
    match value.trim().to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => {
            complaints.push(format!(
                "{name}: `{value}` is neither true nor false; valid are true, 1, false, 0; using `{otherwise}`"
            ));
            None
        }
    }
}
