# The commands of the README. Everything else is `swift build` and `swift test`.
.PHONY: demo test test-long build format lint bench

demo:
	scripts/demo

test:
	scripts/test

test-long:
	scripts/test-long

build:
	scripts/prepare build
	swift build -c release

format:
	swift format -i -r Sources Tests Plugins Examples Package.swift

lint:
	swift format lint --strict -r Sources Tests Plugins Examples Package.swift

bench:
	Benchmarks/run
