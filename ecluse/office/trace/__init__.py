"""Where was one unit born, through whose hands did it go, where is it now; and who may be told?"""
