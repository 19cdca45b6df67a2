"""qibot: connects quality-improvement people across an integrated care system, in the chat they already use."""
