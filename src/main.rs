//! The `datagen` program: everything is in the library; here only its exit code.

fn main() -> std::process::ExitCode {
    datagen::cli::main()
}
