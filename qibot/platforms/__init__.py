"""Translators: each knows the chat language and one platform's SDK. Only `app` and `demo` name them."""
