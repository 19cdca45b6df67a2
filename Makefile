# For fingers used to make: everything here is ./qi.
.PHONY: demo test check fix lock

demo test check fix lock:
	@./qi $@
