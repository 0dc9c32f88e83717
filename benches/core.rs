//! x
mod generate;
fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|a| a == "--generate") {
        let folder = std::path::Path::new(&arguments[at + 1]);
        let people = arguments[at + 2].parse().unwrap();
        generate::write(folder, generate::Size::of(people)).unwrap();
    }
}
