"""Reports -> what does not fit between them: years of a body, a government and the bodies below it.
Pure.
"""
